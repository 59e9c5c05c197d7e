internal import CofferBase

/// The ASCII bytes that cannot stand in a string as they are: one bit each, 0…63 and 64…127.
private let escapedLow: UInt64 = 0x0000_0000_ffff_ffff | bit("\"") | bit("&") | bit("<") | bit(">")
private let escapedHigh: UInt64 = 1 << (0x5c - 64)

private func bit(_ letter: Unicode.Scalar) -> UInt64 { 1 << UInt64(letter.value) }

extension [UInt8] {
    /// Adds the text of a JSON string, without its quotes; plain runs are copied whole.
    mutating func appendEscaped(_ text: UnsafeBufferPointer<UInt8>) {
        var runStart = 0
        var index = 0
        while true {
            index = skipPlainText(text, from: index)
            guard index < text.count else { break }
            let byte = text[index]
            let length = byte == 0xe2 ? lineSeparator(text, index) : needsEscape(byte) ? 1 : 0
            if length > 0 {
                append(contentsOf: UnsafeBufferPointer(rebasing: text[runStart..<index]))
                length == 1 ? appendEscape(of: byte) : appendUnicodeEscape(0x20, text[index + 2] & 0x2f)
                runStart = index + length
            }
            index += Swift.max(length, 1)
        }
        append(contentsOf: UnsafeBufferPointer(rebasing: text[runStart...]))
    }

    private mutating func appendEscape(of byte: UInt8) {
        let short: UInt8? =
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): byte
            case 0x08: UInt8(ascii: "b")
            case 0x0c: UInt8(ascii: "f")
            case 0x0a: UInt8(ascii: "n")
            case 0x0d: UInt8(ascii: "r")
            case 0x09: UInt8(ascii: "t")
            default: nil
            }
        guard let short else { return appendUnicodeEscape(0, byte) }
        append(UInt8(ascii: "\\"))
        append(short)
    }

    private mutating func appendUnicodeEscape(_ high: UInt8, _ low: UInt8) {
        append(UInt8(ascii: "\\"))
        append(UInt8(ascii: "u"))
        Hex.append(high, to: &self)
        Hex.append(low, to: &self)
    }
}

/// The next byte at or after `index` that may need an escape, or the end.
private func skipPlainText(_ text: UnsafeBufferPointer<UInt8>, from index: Int) -> Int {
    var index = index
    while text.count - index >= 8 {
        var marks = ByteMarks(text, at: index)
        marks.mark(UInt8(ascii: "\""))
        marks.mark(UInt8(ascii: "&"))
        marks.mark(UInt8(ascii: "<"))
        marks.mark(UInt8(ascii: ">"))
        marks.mark(UInt8(ascii: "\\"))
        marks.mark(0xe2)
        marks.markControls()
        index += marks.first
        if marks.first < 8 { return index }
    }
    while index < text.count, text[index] != 0xe2, !needsEscape(text[index]) { index += 1 }
    return index
}

private func needsEscape(_ byte: UInt8) -> Bool {
    if byte < 64 { return escapedLow >> UInt64(byte) & 1 != 0 }
    return byte < 128 && escapedHigh >> UInt64(byte - 64) & 1 != 0
}

/// 3 where U+2028 or U+2029 (E2 80 A8, E2 80 A9) stands at `index`: JavaScript ends a line there.
private func lineSeparator(_ text: UnsafeBufferPointer<UInt8>, _ index: Int) -> Int {
    guard text.count - index >= 3, text[index + 1] == 0x80, text[index + 2] & 0xfe == 0xa8 else { return 0 }
    return 3
}
