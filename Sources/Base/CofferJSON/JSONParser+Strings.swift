internal import CofferBase

extension JSONParser {
    /// The string whose opening quote is at the position.
    mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        skipPlainText()
        guard next == UInt8(ascii: "\"") else { return try stringWithEscapes(from: start) }
        let length = position - start
        if length > limits.stringBytes { throw JSONError(.exceeds(.stringBytes), at: start) }
        position += 1
        return try text(UnsafeBufferPointer(rebasing: bytes[start..<start + length]), from: start)
    }

    /// The position is at the first byte that is no plain text; `start` is where the text began.
    private mutating func stringWithEscapes(from start: Int) throws(JSONError) -> String {
        scratch.removeAll(keepingCapacity: true)
        var runStart = start
        while true {
            guard position - runStart <= limits.stringBytes - scratch.count else {
                throw JSONError(.exceeds(.stringBytes), at: start)
            }
            scratch.append(contentsOf: bytes[runStart..<position])
            guard let byte = next else { throw failure(.unexpectedEnd) }
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                let decoded = scratch
                return try decoded.withUnsafeBufferPointer { (utf8) throws(JSONError) -> String in
                    try text(utf8, from: start)
                }
            case UInt8(ascii: "\\"): try escape()
            default: throw failure(.syntax)
            }
            runStart = position
            skipPlainText()
        }
    }

    /// A string of these bytes; `start` is where they began in the document.
    mutating func text(_ utf8: UnsafeBufferPointer<UInt8>, from start: Int) throws(JSONError) -> String {
        guard let valid = try? UTF8Span(validating: utf8.span) else { throw JSONError(.invalidUTF8, at: start) }
        fingerprint = Self.fingerprint(of: utf8)
        return String(copying: valid)
    }

    /// The last eight bytes and the length.
    private static func fingerprint(of utf8: UnsafeBufferPointer<UInt8>) -> UInt64 {
        let count = utf8.count
        let seed = UInt64(truncatingIfNeeded: count) &* 0x9e37_79b9_7f4a_7c15
        if count >= 8 {
            return seed ^ UnsafeRawBufferPointer(utf8).loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
        }
        return seed ^ utf8.reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Moves to the next quote, backslash or control character, or to the end.
    private mutating func skipPlainText() {
        while bytes.count - position >= 8 {
            var marks = ByteMarks(bytes, at: position)
            marks.mark(UInt8(ascii: "\""))
            marks.mark(UInt8(ascii: "\\"))
            marks.markControls()
            position += marks.first
            if marks.first < 8 { return }
        }
        while let byte = next, byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { position += 1 }
    }

    /// Decodes the escape whose backslash is at the position.
    private mutating func escape() throws(JSONError) {
        position += 1
        guard let letter = next else { throw failure(.unexpectedEnd) }
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): scratch.append(letter)
        case UInt8(ascii: "b"): scratch.append(0x08)
        case UInt8(ascii: "f"): scratch.append(0x0c)
        case UInt8(ascii: "n"): scratch.append(0x0a)
        case UInt8(ascii: "r"): scratch.append(0x0d)
        case UInt8(ascii: "t"): scratch.append(0x09)
        case UInt8(ascii: "u"):
            position += 1
            return scratch.append(
                contentsOf: Unicode.UTF8.encode(try scalar()) ?? Unicode.UTF8.encodedReplacementCharacter)
        default: throw failure(.syntax)
        }
        position += 1
    }

    /// The character of `XXXX` or `XXXX\uXXXX` at the position.
    ///
    /// Half of a pair becomes U+FFFD and what follows it is read on its own, as in Go.
    private mutating func scalar() throws(JSONError) -> Unicode.Scalar {
        let replacement: Unicode.Scalar = "\u{FFFD}"
        let first = try fourDigits()
        guard (0xd800..<0xdc00).contains(first) else { return Unicode.Scalar(first) ?? replacement }
        let resume = position
        guard bytes.count - position >= 6, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        else { return replacement }
        position += 2
        let second = try fourDigits()
        guard (0xdc00..<0xe000).contains(second) else {
            position = resume
            return replacement
        }
        return Unicode.Scalar(0x10000 + (first & 0x3ff) << 10 + (second & 0x3ff)) ?? replacement
    }

    private mutating func fourDigits() throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next else { throw failure(.unexpectedEnd) }
            guard let digit = Hex.value(byte) else { throw failure(.syntax) }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}
