/// Reads the layout tree of a text that is known to be valid.
struct LayoutReader {
    private let bytes: [UInt8]
    private var tokens: [HCLToken] = []
    private var index = 0

    init(_ bytes: [UInt8]) throws(HCLError) {
        self.bytes = bytes
        var scanner = HCLScanner(bytes)
        repeat { tokens.append(try scanner.next()) } while tokens.last?.kind != .end
    }

    mutating func document() -> Layout.Body { body() }

    private var token: HCLToken { tokens[min(index, tokens.count - 1)] }

    private func source(_ token: HCLToken) -> String {
        let text = String(decoding: bytes[token.range], as: UTF8.self)
        return text.hasSuffix("\r") ? String(text.dropLast()) : text
    }

    /// The comments that stand here.
    private mutating func comments() -> [String] {
        var texts: [String] = []
        while token.kind == .comment {
            texts.append(source(token))
            index += 1
        }
        return texts
    }

    /// Items up to the closing brace or the end, which is left to the caller.
    private mutating func body() -> Layout.Body {
        var body = Layout.Body()
        var groups: [CommentGroup] = []
        while true {
            switch token.kind {
            case .comment:
                if !(groups.isEmpty && body.attachTrailing(source(token), at: token.position.line)) {
                    groups.add(source(token), token)
                }
                index += 1
            case .comma: index += 1
            case .identifier, .string:
                var lead: [String] = []
                if let last = groups.last, last.endLine >= token.position.line - 1 {
                    lead = last.texts
                    groups.removeLast()
                }
                body.entries += groups.map { .comments($0.texts) }
                groups = []
                body.entries.append(.item(item(lead)))
            default:
                body.entries += groups.map { .comments($0.texts) }
                return body
            }
        }
    }

    /// Comments inside an item, before its value, move above it.
    private mutating func item(_ lead: [String]) -> Layout.Item {
        var item = Layout.Item(comments: lead, line: token.position.line)
        while token.kind == .identifier || token.kind == .string || token.kind == .comment {
            if token.kind == .comment { item.comments.append(source(token)) } else { item.keys.append(source(token)) }
            index += 1
        }
        if token.kind == .assign {
            item.isAssignment = true
            index += 1
            item.comments += comments()
        }
        item.value = value()
        item.endLine = tokens[index - 1].endLine
        return item
    }

    private mutating func value() -> Layout.Value {
        switch token.kind {
        case .leftBrace:
            index += 1
            let body = body()
            index += 1
            return .object(body)
        case .leftBracket: return .list(list())
        case .heredoc:
            index += 1
            return .heredoc(source(tokens[index - 1]))
        default:
            index += 1
            return .literal(source(tokens[index - 1]))
        }
    }

    private mutating func list() -> Layout.List {
        var list = Layout.List()
        let start = token.position.line
        // Where the last element, or the comma behind it, ends.
        var end = start
        index += 1
        while token.kind != .rightBracket, token.kind != .end {
            switch token.kind {
            case .comma:
                end = token.endLine
                index += 1
            case .comment:
                if list.comments.isEmpty, end == token.position.line, let last = list.elements.indices.last {
                    list.elements[last].trailing = joined(list.elements[last].trailing, source(token))
                } else {
                    list.comments.append(source(token))
                }
                index += 1
            default:
                let lead = list.comments
                list.comments = []
                list.elements.append(Layout.Element(comments: lead, value: value()))
                end = tokens[index - 1].endLine
            }
        }
        list.isOnOneLine = end == start
        index += 1
        return list
    }
}

private struct CommentGroup {
    var texts: [String]
    var endLine: Int
}

extension [CommentGroup] {
    /// Joins the group on the line above, or begins one.
    fileprivate mutating func add(_ text: String, _ token: HCLToken) {
        if let last = self.last, token.position.line <= last.endLine + 1 {
            self[count - 1] = CommentGroup(texts: last.texts + [text], endLine: token.endLine)
        } else {
            append(CommentGroup(texts: [text], endLine: token.endLine))
        }
    }
}

extension Layout.Body {
    /// Takes a comment on the line where the last item ends; false when there is no such item.
    fileprivate mutating func attachTrailing(_ text: String, at line: Int) -> Bool {
        guard case .item(var item)? = entries.last, item.endLine == line else { return false }
        item.trailing = joined(item.trailing, text)
        entries[entries.count - 1] = .item(item)
        return true
    }
}

private func joined(_ first: String?, _ second: String) -> String { first.map { $0 + " " + second } ?? second }
