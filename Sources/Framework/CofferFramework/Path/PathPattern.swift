/// The shape of a path below a mount, parsed once from its declaration.
///
/// | piece | meaning |
/// |---|---|
/// | `word` | exactly this segment |
/// | `:name` | one segment of letters, digits, `_`, `-`, `.`; neither starts nor ends with `.` or `-` |
/// | `:name@` | the same, also with `@` inside |
/// | `*rest` | everything up to the end, or up to a literal tail (`*path/tune`); not empty |
/// | `(/…)` | optional tail |
/// | `a\|b` | either word, as one segment |
package struct PathPattern: Sendable, Equatable {
    enum Piece: Sendable, Equatable {
        case literal(String)
        case choice([String])
        case name(String, allowsAt: Bool)
        case rest(String)
    }

    package let source: String
    /// The pattern with and, where it has an optional tail, without it; longest first.
    let forms: [[Piece]]

    package init(_ source: String) {
        self.source = source
        if let open = source.firstIndex(of: "("), source.last == ")" {
            let head = String(source[..<open])
            let tail = String(source[source.index(after: open)...].dropLast())
            forms = [Self.pieces(head + tail), Self.pieces(head)]
        } else {
            forms = [Self.pieces(source)]
        }
    }

    private static func pieces(_ text: String) -> [Piece] {
        text.split(separator: "/").map { part in
            if part.hasPrefix("*") { return .rest(String(part.dropFirst())) }
            if part.hasPrefix(":") {
                let allowsAt = part.hasSuffix("@")
                return .name(String(allowsAt ? part.dropFirst().dropLast() : part.dropFirst()), allowsAt: allowsAt)
            }
            if part.contains("|") { return .choice(part.split(separator: "|").map(String.init)) }
            return .literal(String(part))
        }
    }

    /// Names of all captures, in order.
    package var captureNames: [String] {
        forms[0].compactMap { piece in
            switch piece {
            case .name(let name, _), .rest(let name): name
            case .literal, .choice: nil
            }
        }
    }

    /// The first segment when it is a fixed word: lets a table skip patterns quickly.
    var firstLiteral: String? {
        if case .literal(let word)? = forms.last?.first { word } else { nil }
    }

    /// The captures when `path` has this shape; one trailing slash is ignored unless a rest swallows it.
    package func match(_ path: String) -> [Call.Capture]? { match(Self.segments(path)) }

    /// What stands between the slashes of a path; all are parts of the one string.
    static func segments(_ path: String) -> [Substring] {
        var segments: [Substring] = []
        var start = path.startIndex
        while let slash = path.utf8[start...].firstIndex(of: UInt8(ascii: "/")) {
            segments.append(path[start..<slash])
            start = path.utf8.index(after: slash)
        }
        segments.append(path[start...])
        return segments
    }

    func match(_ segments: [Substring]) -> [Call.Capture]? {
        for form in forms {
            if let captures = Self.match(form, segments) { return captures }
        }
        return nil
    }

    private static func match(_ pieces: [Piece], _ allSegments: [Substring]) -> [Call.Capture]? {
        var segments = allSegments[...]
        var captures: [Call.Capture] = []
        for (index, piece) in pieces.enumerated() {
            if case .rest(let name) = piece {
                return rest(name, before: pieces[(index + 1)...], segments, captures)
            }
            guard let segment = segments.popFirst(), accept(piece, segment, &captures) else { return nil }
        }
        // "roles/" is the folder of "roles".
        let isEnd = segments.isEmpty || (segments.count == 1 && segments.first?.isEmpty == true)
        return isEnd ? captures : nil
    }

    private static func rest(
        _ name: String, before tail: ArraySlice<Piece>, _ segments: ArraySlice<Substring>,
        _ captures: [Call.Capture]
    ) -> [Call.Capture]? {
        var segments = segments
        var captures = captures
        if !tail.isEmpty {
            if segments.last?.isEmpty == true { segments.removeLast() }
            for piece in tail.reversed() {
                guard let segment = segments.popLast(), accept(piece, segment, &captures) else { return nil }
            }
        }
        guard let first = segments.first, let last = segments.last, first.startIndex < last.endIndex else { return nil }
        captures.append(.init(name: name, value: String(first.base[first.startIndex..<last.endIndex])))
        return captures
    }

    private static func accept(_ piece: Piece, _ segment: Substring, _ captures: inout [Call.Capture]) -> Bool {
        switch piece {
        case .literal(let word):
            return isSame(segment, word)
        case .choice(let words):
            return words.contains { isSame(segment, $0) }
        case .name(let name, let allowsAt):
            guard isName(segment, allowsAt: allowsAt) else { return false }
            captures.append(.init(name: name, value: String(segment)))
            return true
        case .rest:
            return false
        }
    }

    /// By bytes; two texts of Unicode can be equal without.
    private static func isSame(_ segment: Substring, _ word: String) -> Bool {
        guard segment.utf8.count == word.utf8.count else { return false }
        let (left, right) = (segment.utf8.span, word.utf8.span)
        return left.indices.allSatisfy { left[$0] == right[$0] }
    }

    private static func isName(_ segment: Substring, allowsAt: Bool) -> Bool {
        func isWord(_ byte: UInt8) -> Bool {
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 95
        }
        guard let first = segment.utf8.first, let last = segment.utf8.last, isWord(first), isWord(last) else {
            return false
        }
        return segment.utf8.allSatisfy { byte in
            isWord(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
                || (allowsAt && byte == UInt8(ascii: "@"))
        }
    }
}
