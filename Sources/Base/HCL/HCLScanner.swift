/// Cuts native HCL into tokens, comments included, and decodes strings.
struct HCLScanner {
    let bytes: [UInt8]
    private(set) var offset = 0
    private var line = 1
    private var column = 1

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var position: HCLPosition { HCLPosition(line: line, column: column) }

    static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || (9...10).contains(byte) || byte == 13 }

    /// The byte `distance` further on; nil beyond the end.
    func peek(_ distance: Int = 0) -> UInt8? {
        offset + distance < bytes.count ? bytes[offset + distance] : nil
    }

    func looksAt(_ character: Unicode.Scalar, _ distance: Int = 0) -> Bool {
        peek(distance) == UInt8(ascii: character)
    }

    mutating func advance(_ count: Int = 1) {
        for _ in 0..<count where offset < bytes.count {
            let byte = bytes[offset]
            offset += 1
            if byte == 10 {
                line += 1
                column = 1
            } else if byte & 0xc0 != 0x80 {
                // Continuation bytes of UTF-8 are no columns of their own.
                column += 1
            }
        }
    }

    mutating func next() throws(HCLError) -> HCLToken {
        while let byte = peek(), Self.isBlank(byte) { advance() }
        guard let byte = peek() else { return token(.end, from: offset, position) }
        switch byte {
        case UInt8(ascii: "#"): return lineComment()
        case UInt8(ascii: "/"): return try slash()
        case UInt8(ascii: "\""): return try string()
        case UInt8(ascii: "<"): return try heredoc()
        case UInt8(ascii: "{"): return single(.leftBrace)
        case UInt8(ascii: "}"): return single(.rightBrace)
        case UInt8(ascii: "["): return single(.leftBracket)
        case UInt8(ascii: "]"): return single(.rightBracket)
        case UInt8(ascii: ","): return single(.comma)
        case UInt8(ascii: "="): return single(.assign)
        case UInt8(ascii: "-"), 48...57: return try number()
        default: return try identifier()
        }
    }

    /// The next token that is no comment.
    mutating func nextWord() throws(HCLError) -> HCLToken {
        while true {
            let token = try next()
            if token.kind != .comment { return token }
        }
    }

    /// A token from `start` up to here; `text` is the source itself unless given.
    func token(_ kind: HCLToken.Kind, from start: Int, _ position: HCLPosition, text: String? = nil) -> HCLToken {
        let range = start..<offset
        return HCLToken(
            kind: kind, text: text ?? String(decoding: bytes[range], as: UTF8.self), range: range,
            position: position, endLine: line)
    }

    private mutating func single(_ kind: HCLToken.Kind) -> HCLToken {
        let start = (offset, position)
        advance()
        return token(kind, from: start.0, start.1)
    }

    private mutating func identifier() throws(HCLError) -> HCLToken {
        let start = (offset, position)
        guard let length = letterLength else { throw HCLError("illegal character", at: position) }
        advance(length)
        while let byte = peek() {
            if (48...57).contains(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") {
                advance()
            } else if let length = letterLength {
                advance(length)
            } else {
                break
            }
        }
        let word = token(.identifier, from: start.0, start.1)
        guard word.text == "true" || word.text == "false" else { return word }
        return token(.bool, from: start.0, start.1)
    }

    /// Bytes of the letter or underscore here; nil when something else stands here.
    private var letterLength: Int? {
        guard let first = peek() else { return nil }
        if first < 0x80 { return Self.isWord(first) && !(48...57).contains(first) ? 1 : nil }
        let length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
        guard offset + length <= bytes.count,
            let text = String(validating: bytes[offset..<offset + length], as: UTF8.self),
            let scalar = text.unicodeScalars.first, scalar.properties.isAlphabetic
        else { return nil }
        return length
    }

    /// Letters, digits and underscore of ASCII.
    static func isWord(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 95
    }
}
