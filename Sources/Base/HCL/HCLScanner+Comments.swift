extension HCLScanner {
    /// `# …` or `// …` without the line break, carriage return or blanks that end it.
    mutating func lineComment() -> HCLToken {
        let start = (offset, position)
        var end = offset
        while let byte = peek(), byte != 10 {
            advance()
            if !Self.isBlank(byte) { end = offset }
        }
        var comment = token(.comment, from: start.0, start.1)
        comment.range = start.0..<end
        comment.text = String(decoding: bytes[comment.range], as: UTF8.self)
        return comment
    }

    mutating func slash() throws(HCLError) -> HCLToken {
        if looksAt("/", 1) { return lineComment() }
        guard looksAt("*", 1) else { throw HCLError("expected '/' or '*' for a comment", at: position) }
        let start = (offset, position)
        advance(2)
        while !(looksAt("*") && looksAt("/", 1)) {
            guard peek() != nil else { throw HCLError("comment not terminated", at: start.1) }
            advance()
        }
        advance(2)
        return token(.comment, from: start.0, start.1)
    }
}
