"""Comparisons with == or != whose operand is named like a secret."""

import re

SECRET_NAME = re.compile(
    r"(?:^t|T)oken$|(?:^s|S)ecret(?:ID)?$|(?:^p|P)assword$|(?:^p|P)assphrase$"
    r"|(?:^|[a-z])(?:[sS]ecret|[pP]rivate|[rR]oot|[uU]nseal|[rR]ecovery|[mM]aster|[hH]mac|[sS]igning|[wW]rapping)Key$"
)
OPERAND = r"[A-Za-z_][\w.?]*(?:\(\))?"
COMPARISON = re.compile(rf"(?P<left>{OPERAND})\s*(?:==|!=)(?!=)\s*(?P<right>{OPERAND})")
HARMLESS = re.compile(r"(?:nil|true|false)$")
# Where a token is a word of a language, not a credential.
LEXERS = ("Sources/Base/HCL/", "Sources/Base/GoTemplate/")


def comparisons(path, code):
    """Offset and message for each suspect comparison; literals, enum cases and nil are no secrets."""
    if path.startswith(LEXERS):
        return
    for match in COMPARISON.finditer(code):
        operands = match.group("left"), match.group("right")
        if any(map(HARMLESS.match, operands)):
            continue
        for operand in operands:
            if is_secret(operand):
                yield match.start(), f"`{operand}` is compared with ==: use constantTimeEqual"
                break


def is_secret(operand):
    return SECRET_NAME.search(operand.rstrip("?").split(".")[-1]) is not None
