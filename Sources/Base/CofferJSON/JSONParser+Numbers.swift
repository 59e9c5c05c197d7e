extension JSONParser {
    /// The literal at the position, kept as text: it must come back as it came in.
    mutating func number() throws(JSONError) -> JSONNumber {
        let start = position
        if next == UInt8(ascii: "-") { position += 1 }
        if next == UInt8(ascii: "0") {
            // A digit that follows is then no part of the number, and refused by whoever reads on.
            position += 1
        } else {
            try digits()
        }
        if next == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            position += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        if position - start > limits.stringBytes { throw JSONError(.exceeds(.stringBytes), at: start) }
        return JSONNumber(checkedText: try text(UnsafeBufferPointer(rebasing: bytes[start..<position]), from: start))
    }

    /// One digit at least.
    private mutating func digits() throws(JSONError) {
        guard let first = next else { throw failure(.unexpectedEnd) }
        guard isDigit(first) else { throw failure(.syntax) }
        while let byte = next, isDigit(byte) { position += 1 }
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
}
