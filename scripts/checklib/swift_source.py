"""Swift text with comments and literals blanked, so that rules see code only."""

import re

TOKEN = re.compile(r'//|/\*|#+/|/|#*"""(?=[ \t]*\n)|#*"|[()]')
COMMENT_MARK = re.compile(r"/\*|\*/")
NOT_NEWLINE = re.compile(r"[^\n]")
BARE_REGEX = re.compile(r"/(?![ \t*/)])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/")
BEFORE_REGEX = re.compile(r"(?:^|[=(,\[{:!&|?;~<>+\n]|\b(?:return|case|in|try|await))[ \t]*$")


def mask(text):
    """Blanks comments, string and regex literals; interpolated code and quote marks stay.

    The result has the length and the lines of the input.
    """
    masker = Masker(text)
    masker.code()
    return "".join(masker.out)


class Masker:
    def __init__(self, text):
        self.text = text
        self.at = 0
        self.out = []

    def code(self, interpolated=False):
        """Copies code up to the end, or up to the parenthesis that closes an interpolation."""
        depth = 0
        while match := TOKEN.search(self.text, self.at):
            token = match.group()
            self.keep(match.start())
            if token == "(":
                depth += 1
                self.keep(match.end())
            elif token == ")":
                if interpolated and depth == 0:
                    return
                depth -= 1
                self.keep(match.end())
            else:
                self.literal(token)
        self.keep(len(self.text))

    def literal(self, token):
        if token == "//":
            self.blank(self.find("\n"))
        elif token == "/*":
            self.block_comment()
        elif token == "/":
            self.slash()
        elif token.endswith("/"):
            closer = "/" + token[:-1]
            self.blank(self.find(closer, len(token)) + len(closer))
        else:
            self.string(token)

    def block_comment(self):
        depth, end = 1, self.at + 2
        while depth and (mark := COMMENT_MARK.search(self.text, end)):
            depth += 1 if mark.group() == "/*" else -1
            end = mark.end()
        self.blank(end if depth == 0 else len(self.text))

    def slash(self):
        """A division sign, or a regex literal where only an operand may stand."""
        literal = BARE_REGEX.match(self.text, self.at)
        if literal and BEFORE_REGEX.search(self.text[max(0, self.at - 40) : self.at]):
            self.blank(literal.end())
        else:
            self.keep(self.at + 1)

    def string(self, opener):
        hashes = opener.rstrip('"')
        quotes = opener[len(hashes) :]
        stop = re.compile(rf"\\{hashes}|{quotes}{hashes}" + ("" if len(quotes) == 3 else "|\n"))
        self.blank(self.at + len(hashes))
        self.keep(self.at + len(quotes))
        while match := stop.search(self.text, self.at):
            self.blank(match.start())
            if match.group().startswith("\\"):
                self.escape(match.end())
            elif match.group() == "\n":
                return
            else:
                self.keep(self.at + len(quotes))
                self.blank(match.end())
                return
        self.blank(len(self.text))

    def escape(self, end):
        if self.text[end : end + 1] != "(":
            self.blank(end + 1)
            return
        self.blank(end)
        self.keep(end + 1)
        self.code(interpolated=True)
        self.keep(self.at + 1)

    def find(self, needle, skip=0):
        found = self.text.find(needle, self.at + skip)
        return len(self.text) if found < 0 else found

    def keep(self, end):
        self.out.append(self.text[self.at : end])
        self.at = min(end, len(self.text))

    def blank(self, end):
        self.out.append(NOT_NEWLINE.sub(" ", self.text[self.at : end]))
        self.at = min(end, len(self.text))
