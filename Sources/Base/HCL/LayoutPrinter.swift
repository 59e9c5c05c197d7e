/// Prints the layout tree.
enum LayoutPrinter {
    /// A line without its indentation. Later lines of heredocs, strings and comments
    /// are printed as they were: blanks in them may mean something.
    private struct Line {
        var text: String
        var indentation = 0
        var isVerbatim = false

        var indented: Line { Line(text: text, indentation: indentation + 1, isVerbatim: isVerbatim) }
    }

    static func text(of document: Layout.Body) -> String {
        lines(of: document, isTop: true).map { line in
            let indentation = line.isVerbatim || line.text.isEmpty ? 0 : 2 * line.indentation
            return String(repeating: " ", count: indentation) + line.text + "\n"
        }.joined()
    }

    private static func lines(of body: Layout.Body, isTop: Bool) -> [Line] {
        var lines: [Line] = []
        var index = 0
        while index < body.entries.count {
            if !lines.isEmpty { lines.append(Line(text: "")) }
            switch body.entries[index] {
            case .comments(let texts):
                lines += texts.flatMap(split)
                index += 1
            case .item(let first):
                let run = [first] + neighbours(of: first, in: body.entries[(index + 1)...], isTop: isTop)
                lines += self.lines(of: run)
                index += run.count
            }
        }
        return lines
    }

    /// The items that stand right below each other and are printed so: assignments
    /// within a block, or blocks without content, each on one line.
    private static func neighbours(
        of first: Layout.Item, in rest: ArraySlice<Layout.Entry>, isTop: Bool
    ) -> [Layout.Item] {
        guard first.oneLine != nil, !(isTop && first.isAssignment) else { return [] }
        var items: [Layout.Item] = []
        var line = first.endLine
        for case .item(let item) in rest.prefix(while: \.isItem) {
            guard item.isAssignment == first.isAssignment, item.oneLine != nil, item.comments.isEmpty,
                item.line <= line + 1
            else { break }
            items.append(item)
            line = item.endLine
        }
        return items
    }

    private static func lines(of run: [Layout.Item]) -> [Line] {
        let aligns = run.count > 1 && run[0].isAssignment
        let keyWidth = aligns ? run.map { width($0.keys.joined(separator: " ")) }.max() ?? 0 : 0
        let valueWidth = run.count > 1 ? run.map { width($0.oneLine ?? "") }.max() ?? 0 : 0
        return run.flatMap { item in
            let keys = padded(item.keys.joined(separator: " "), to: keyWidth)
            var lines = prefixed(keys + (item.isAssignment ? " = " : " "), to: self.lines(of: item.value))
            if let trailing = item.trailing {
                let gap = String(repeating: " ", count: max(valueWidth - width(item.oneLine ?? ""), 0) + 1)
                append(gap + trailing, to: &lines)
            }
            return item.comments.flatMap(split) + lines
        }
    }

    private static func lines(of value: Layout.Value) -> [Line] {
        if let text = value.oneLine { return [Line(text: text)] }
        switch value {
        case .literal(let text), .heredoc(let text): return split(text)
        case .object(let body):
            return [Line(text: "{")] + lines(of: body, isTop: false).map(\.indented) + [Line(text: "}")]
        case .list(let list):
            return [Line(text: "[")] + lines(of: list).map(\.indented) + [Line(text: "]")]
        }
    }

    /// Each element on its own line, one with comments above it apart from the others.
    private static func lines(of list: Layout.List) -> [Line] {
        let longest = list.elements.map { width($0.value.oneLine ?? "") }.max() ?? 0
        var lines: [Line] = []
        var isApart = false
        for element in list.elements {
            if !lines.isEmpty, isApart || !element.comments.isEmpty { lines.append(Line(text: "")) }
            isApart = !element.comments.isEmpty
            lines += element.comments.flatMap(split)
            var printed = self.lines(of: element.value)
            // A heredoc's mark must stand alone on its line.
            if case .heredoc = element.value { printed.append(Line(text: ",")) } else { append(",", to: &printed) }
            if let trailing = element.trailing {
                let gap = String(repeating: " ", count: longest - min(width(element.value.oneLine ?? ""), longest) + 1)
                append(gap + trailing, to: &printed)
            }
            lines += printed
        }
        if !lines.isEmpty, isApart, !list.comments.isEmpty { lines.append(Line(text: "")) }
        return lines + list.comments.flatMap(split)
    }

    private static func split(_ text: String) -> [Line] {
        var parts = text.utf8.split(separator: 10, omittingEmptySubsequences: false).map { String(Substring($0)) }
        let first = parts.removeFirst()
        return [Line(text: first)] + parts.map { Line(text: $0, isVerbatim: true) }
    }

    private static func prefixed(_ prefix: String, to lines: [Line]) -> [Line] {
        var lines = lines
        if let first = lines.first { lines[0].text = prefix + first.text }
        return lines
    }

    /// Puts `text` at the end of the last line; line breaks in it begin further ones.
    private static func append(_ text: String, to lines: inout [Line]) {
        var added = split(text)
        let first = added.removeFirst()
        if let last = lines.last { lines[lines.count - 1].text = last.text + first.text }
        lines += added
    }

    private static func width(_ text: String) -> Int { text.unicodeScalars.count }

    private static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(width - self.width(text), 0))
    }
}

extension Layout.Entry {
    fileprivate var isItem: Bool { if case .item = self { true } else { false } }
}
