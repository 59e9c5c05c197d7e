internal import CofferBase

/// Splits a template into text and actions, and actions into words.
struct TemplateLexer {
    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    private var lineStart = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    static func segments(_ text: String) throws(TemplateError) -> [TemplateSegment] {
        var lexer = TemplateLexer(text)
        return try lexer.segments()
    }

    private var place: TemplatePlace { TemplatePlace(line: line, column: position - lineStart + 1) }
    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func segments() throws(TemplateError) -> [TemplateSegment] {
        var segments: [TemplateSegment] = []
        var trimsStart = false
        while position < bytes.count {
            let start = position
            while position < bytes.count, !starts(with: "{{") { advance() }
            var text = bytes[start..<position]
            let opens = position < bytes.count
            let trimsEnd = opens && starts(with: "{{-") && isSpace(position + 3)
            if trimsStart { text = text.drop(while: Self.isSpace) }
            if trimsEnd { while let last = text.last, Self.isSpace(last) { text.removeLast() } }
            if !text.isEmpty { segments.append(.text(String(decoding: text, as: UTF8.self))) }
            if !opens { break }
            let place = place
            skip(trimsEnd ? 3 : 2)
            if let tokens = try action(&trimsStart, opened: place), !tokens.isEmpty {
                segments.append(.action(tokens, place))
            }
        }
        return segments
    }

    /// The words up to `}}`; nil for a comment.
    private mutating func action(
        _ trims: inout Bool, opened: TemplatePlace
    ) throws(TemplateError) -> [TemplateToken]? {
        let isComment = starts(with: "/*") || (isSpace(position) && starts(with: "/*", at: afterSpaces))
        if isComment { try skipComment(opened) }
        var tokens: [TemplateToken] = []
        while true {
            let before = position
            while isSpace(position) { advance() }
            if starts(with: "}}") || (before < position && starts(with: "-}}")) {
                trims = starts(with: "-")
                skip(trims ? 3 : 2)
                if !isComment && tokens.isEmpty { throw TemplateError("missing value for command", at: opened) }
                return isComment ? nil : tokens
            }
            guard current != nil else { throw TemplateError("unclosed action", at: opened) }
            if isComment { throw TemplateError("comment ends before closing delimiter", at: opened) }
            let place = place
            let kind = try word(place)
            tokens.append(TemplateToken(kind: kind, place: place, followsSpace: before < position && isSpace(before)))
        }
    }

    private mutating func skipComment(_ opened: TemplatePlace) throws(TemplateError) {
        while position < bytes.count, !starts(with: "*/") { advance() }
        guard position < bytes.count else { throw TemplateError("unclosed comment", at: opened) }
        skip(2)
    }

    private mutating func word(_ place: TemplatePlace) throws(TemplateError) -> TemplateToken.Kind {
        let byte = current ?? 0
        switch byte {
        case UInt8(ascii: "("): return single(.open)
        case UInt8(ascii: ")"): return single(.close)
        case UInt8(ascii: "|"): return single(.pipe)
        case UInt8(ascii: ","): return single(.comma)
        case UInt8(ascii: "="): return single(.assign)
        case UInt8(ascii: "\""): return .text(try quoted(place))
        case UInt8(ascii: "`"): return .text(try raw(place))
        case UInt8(ascii: "$"):
            advance()
            return .variable(name())
        case UInt8(ascii: "."):
            advance()
            let name = name()
            return name.isEmpty ? .dot : .field(name)
        case UInt8(ascii: ":"):
            if starts(with: ":=") {
                skip(2)
                return .declare
            }
            throw TemplateError("expected :=", at: place)
        default: break
        }
        if Self.isDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") { return try number(place) }
        let name = name()
        if name.isEmpty { throw TemplateError("unexpected character", at: place) }
        return .word(name)
    }

    private mutating func single(_ kind: TemplateToken.Kind) -> TemplateToken.Kind {
        advance()
        return kind
    }

    private mutating func name() -> String {
        let start = position
        while let byte = current, Self.isDigit(byte) || Self.isLetter(byte) { advance() }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func number(_ place: TemplatePlace) throws(TemplateError) -> TemplateToken.Kind {
        let start = position
        if Self.isDigit(current ?? 0) == false { advance() }
        while let byte = current, Self.isDigit(byte) || byte == UInt8(ascii: ".") { advance() }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard Double(text) != nil, !(current.map(Self.isLetter) ?? false) else {
            throw TemplateError("bad number syntax", at: place)
        }
        return .number(text.hasPrefix("+") ? String(text.dropFirst()) : text)
    }

    private mutating func raw(_ place: TemplatePlace) throws(TemplateError) -> String {
        advance()
        let start = position
        while let byte = current, byte != UInt8(ascii: "`") { advance() }
        guard current != nil else { throw TemplateError("unterminated raw quoted string", at: place) }
        defer { advance() }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func quoted(_ place: TemplatePlace) throws(TemplateError) -> String {
        advance()
        var text: [UInt8] = []
        while let byte = current, byte != UInt8(ascii: "\n") {
            advance()
            if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
            text.append(byte == UInt8(ascii: "\\") ? try escaped(place) : byte)
        }
        throw TemplateError("unterminated quoted string", at: place)
    }

    private mutating func escaped(_ place: TemplatePlace) throws(TemplateError) -> UInt8 {
        let byte = current ?? 0
        advance()
        switch byte {
        case UInt8(ascii: "n"): return 10
        case UInt8(ascii: "t"): return 9
        case UInt8(ascii: "r"): return 13
        case UInt8(ascii: "\\"), UInt8(ascii: "\""): return byte
        default: throw TemplateError("unknown escape sequence", at: place)
        }
    }

    // MARK: bytes

    private mutating func advance() {
        if position < bytes.count, bytes[position] == 10 { (line, lineStart) = (line + 1, position + 1) }
        position = min(position + 1, bytes.count)
    }

    private mutating func skip(_ count: Int) { for _ in 0..<count { advance() } }

    private var afterSpaces: Int {
        var place = position
        while isSpace(place) { place += 1 }
        return place
    }

    private func starts(with text: StaticString, at offset: Int? = nil) -> Bool {
        let start = offset ?? position
        return text.withUTF8Buffer { wanted in
            start + wanted.count <= bytes.count && bytes[start..<start + wanted.count].elementsEqual(wanted)
        }
    }

    private func isSpace(_ index: Int) -> Bool { index < bytes.count && Self.isSpace(bytes[index]) }
    private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 10 || byte == 13 }
    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
    private static func isLetter(_ byte: UInt8) -> Bool {
        (65...90).contains(byte) || (97...122).contains(byte) || byte == 95 || byte >= 0x80
    }
}
