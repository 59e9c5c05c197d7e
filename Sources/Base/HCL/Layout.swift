/// A document as the formatter sees it: with comments, without decoded values.
enum Layout {
    /// What stands between two braces, or in the whole document.
    struct Body {
        var entries: [Entry] = []
    }

    enum Entry {
        case item(Item)
        /// Comments that follow each other line by line and belong to no item.
        case comments([String])
    }

    struct Item {
        /// On the lines above.
        var comments: [String]
        /// As written, with their quotes.
        var keys: [String] = []
        var isAssignment = false
        var value = Value.literal("")
        /// Behind the value.
        var trailing: String?
        /// Of the first key.
        var line: Int
        /// Where the value ends.
        var endLine = 0
    }

    indirect enum Value {
        /// A string, number or bool as written.
        case literal(String)
        /// From `<<` to the closing mark.
        case heredoc(String)
        case list(List)
        case object(Body)
    }

    struct List {
        var elements: [Element] = []
        /// Below the last element.
        var comments: [String] = []
        var isOnOneLine = false
    }

    struct Element {
        /// On the lines above.
        var comments: [String]
        var value: Value
        /// Behind the comma.
        var trailing: String?
    }
}

extension Layout.Value {
    /// The text, when it takes no line break to print it.
    var oneLine: String? {
        switch self {
        case .literal(let text): text.utf8.contains(10) ? nil : text
        case .heredoc: nil
        case .list(let list): list.oneLine
        case .object(let body): body.entries.isEmpty ? "{}" : nil
        }
    }
}

extension Layout.List {
    /// A list stays on one line when it was on one and holds nothing but literals.
    fileprivate var oneLine: String? {
        guard isOnOneLine || elements.isEmpty, comments.isEmpty else { return nil }
        var texts: [String] = []
        for element in elements {
            guard case .literal = element.value, let text = element.value.oneLine, element.comments.isEmpty,
                element.trailing == nil
            else { return nil }
            texts.append(text)
        }
        return "[" + texts.joined(separator: ", ") + "]"
    }
}

extension Layout.Item {
    /// The value's text, when value and trailing comment take up one line.
    var oneLine: String? { trailing?.utf8.contains(10) == true ? nil : value.oneLine }
}
