extension HCLScanner {
    /// `<<MARK` or `<<-MARK`, then lines up to one that holds only the mark.
    ///
    /// The text keeps its last line break. After `<<-` the blanks before the
    /// closing mark are taken off every line, if every line has them.
    mutating func heredoc() throws(HCLError) -> HCLToken {
        let start = (offset, position)
        guard looksAt("<", 1) else { throw HCLError("heredoc expected second '<'", at: position) }
        advance(2)
        let isIndented = looksAt("-")
        if isIndented { advance() }
        let mark = takeLine()
        guard !mark.isEmpty, mark.allSatisfy({ Self.isWord($0) || $0 == 45 || $0 >= 0x80 }) else {
            throw HCLError("invalid characters in heredoc marker", at: start.1)
        }
        var lines: [ArraySlice<UInt8>] = []
        while true {
            guard offset < bytes.count else { throw HCLError("heredoc not terminated", at: start.1) }
            let lineStart = offset
            let content = takeLine()
            let indent = content.prefix { $0 == 32 || $0 == 9 }
            if content.dropFirst(indent.count).elementsEqual(mark) {
                let text = Self.joined(lines, without: isIndented ? indent : [])
                guard let decoded = String(validating: text, as: UTF8.self), !decoded.utf8.contains(0) else {
                    throw HCLError("illegal UTF-8 or null character in a heredoc", at: start.1)
                }
                return token(.heredoc, from: start.0, start.1, text: decoded)
            }
            lines.append(bytes[lineStart..<offset])
            if peek() == 10 { advance() }
        }
    }

    /// The rest of this line without its carriage return; stands at the line break
    /// afterwards, or behind it when the line is that of the opening mark.
    private mutating func takeLine() -> ArraySlice<UInt8> {
        if offset > 0, bytes[offset - 1] != 10 {
            let first = restOfLine()
            advance()
            return first
        }
        return restOfLine()
    }

    private mutating func restOfLine() -> ArraySlice<UInt8> {
        let start = offset
        while let byte = peek(), byte != 10 { advance() }
        var line = bytes[start..<offset]
        if line.last == 13 { line.removeLast() }
        return line
    }

    private static func joined(_ lines: [ArraySlice<UInt8>], without indent: ArraySlice<UInt8>) -> [UInt8] {
        let cut = lines.allSatisfy { $0.starts(with: indent) } ? indent.count : 0
        var text: [UInt8] = []
        for line in lines {
            text.append(contentsOf: line.dropFirst(cut))
            text.append(10)
        }
        return text
    }
}
