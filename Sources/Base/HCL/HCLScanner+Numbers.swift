extension HCLScanner {
    /// Decimal, hexadecimal (`0x1f`), octal (`0644`), fraction or exponent; the text is kept.
    mutating func number() throws(HCLError) -> HCLToken {
        let start = (offset, position)
        if looksAt("-") { advance() }
        guard let first = peek(), (48...57).contains(first) else {
            throw HCLError("expected a number after '-'", at: start.1)
        }
        if first == 48, looksAt("x", 1) || looksAt("X", 1) {
            advance(2)
            guard skip(while: Self.isHexDigit) > 0 else { throw HCLError("illegal hexadecimal number", at: start.1) }
        } else {
            let whole = offset
            skip { (48...57).contains($0) }
            let digits = bytes[whole..<offset]
            let isInteger = try !fraction(start.1)
            if isInteger, first == 48, digits.contains(where: { $0 > 55 }) {
                throw HCLError("illegal octal number", at: start.1)
            }
        }
        // `10s` is a mistake for `"10s"`, not a number and a key.
        if let byte = peek(), Self.isWord(byte) || byte >= 0x80 || byte == UInt8(ascii: ".") {
            throw HCLError("illegal character in a number", at: position)
        }
        return token(.number, from: start.0, start.1)
    }

    /// Reads what follows the digits; false when they stand alone.
    private mutating func fraction(_ start: HCLPosition) throws(HCLError) -> Bool {
        var found = false
        if looksAt("."), let byte = peek(1), (48...57).contains(byte) {
            advance()
            skip { (48...57).contains($0) }
            found = true
        }
        guard looksAt("e") || looksAt("E") else { return found }
        advance()
        if looksAt("+") || looksAt("-") { advance() }
        guard skip(while: { (48...57).contains($0) }) > 0 else {
            throw HCLError("expected digits in the exponent", at: start)
        }
        return true
    }

    @discardableResult
    private mutating func skip(while matches: (UInt8) -> Bool) -> Int {
        let start = offset
        while let byte = peek(), matches(byte) { advance() }
        return offset - start
    }

    static func isHexDigit(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...70).contains(byte) || (97...102).contains(byte)
    }
}
