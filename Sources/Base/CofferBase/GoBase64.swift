/// Base64 as Go reads it: line ends are skipped, spare bits ignored, and errors say where.
package enum GoBase64 {
    /// A text is no base64 from this byte on.
    package struct Corrupt: Error, Sendable, Equatable {
        package let offset: Int
    }

    package static func decode(_ text: some StringProtocol) throws(Corrupt) -> [UInt8] {
        // Nearly every text is clean, and the strict decoder is quick.
        if let bytes = Base64.standard.decode(text) { return bytes }
        return try decodeLeniently(Array(text.utf8))
    }

    private static func decodeLeniently(_ text: [UInt8]) throws(Corrupt) -> [UInt8] {
        var bytes: [UInt8] = []
        var (pending, held): (UInt32, Int) = (0, 0)
        for (index, letter) in text.enumerated() where !isLineEnd(letter) {
            if letter == UInt8(ascii: "=") {
                try checkPadding(text, at: index, after: held)
                bytes += tail(pending, held)
                return bytes
            }
            guard let value = value(letter) else { throw Corrupt(offset: index) }
            pending = pending << 6 | value
            held += 1
            if held == 4 {
                bytes += [UInt8(pending >> 16), UInt8(pending >> 8 & 255), UInt8(pending & 255)]
                (pending, held) = (0, 0)
            }
        }
        if held > 0 { throw Corrupt(offset: text.count - held) }
        return bytes
    }

    /// One `=` must follow three letters of four, two must follow two, and nothing may follow them.
    private static func checkPadding(_ text: [UInt8], at index: Int, after held: Int) throws(Corrupt) {
        guard held >= 2 else { throw Corrupt(offset: index) }
        var rest = text.indices[(index + 1)...].filter { !isLineEnd(text[$0]) }[...]
        if held == 2 {
            guard let second = rest.popFirst() else { throw Corrupt(offset: text.count) }
            guard text[second] == UInt8(ascii: "=") else { throw Corrupt(offset: second) }
        }
        if let trailing = rest.first { throw Corrupt(offset: trailing) }
    }

    private static func tail(_ pending: UInt32, _ held: Int) -> [UInt8] {
        held == 2 ? [UInt8(pending >> 4 & 255)] : [UInt8(pending >> 10 & 255), UInt8(pending >> 2 & 255)]
    }

    private static func isLineEnd(_ letter: UInt8) -> Bool {
        letter == UInt8(ascii: "\n") || letter == UInt8(ascii: "\r")
    }

    private static func value(_ letter: UInt8) -> UInt32? {
        switch letter {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(letter) - 65
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(letter) - 71
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(letter) + 4
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
