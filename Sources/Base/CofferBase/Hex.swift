/// Lower-case hexadecimal.
package enum Hex {
    package static func encode(_ bytes: [UInt8]) -> String {
        String(unsafeUninitializedCapacity: bytes.count * 2) { text in
            if let start = text.baseAddress { bytes.withUnsafeBufferPointer { write($0, to: start) } }
            return bytes.count * 2
        }
    }

    /// Two digits for each byte, of four bytes at a time.
    /// - Parameter text: has room for them.
    package static func write(_ bytes: UnsafeBufferPointer<UInt8>, to text: UnsafeMutablePointer<UInt8>) {
        var place = 0
        while bytes.count - place >= 4 {
            let four = UnsafeRawBufferPointer(bytes).loadUnaligned(fromByteOffset: place, as: UInt32.self)
            UnsafeMutableRawPointer(text + 2 * place).storeBytes(of: digits(four).littleEndian, as: UInt64.self)
            place += 4
        }
        for rest in place..<bytes.count {
            text[2 * rest] = digit(bytes[rest] >> 4)
            text[2 * rest + 1] = digit(bytes[rest] & 15)
        }
    }

    /// Each byte of a word is spread over two, which become digits together.
    private static func digits(_ four: UInt32) -> UInt64 {
        var bytes = UInt64(UInt32(littleEndian: four))
        bytes = (bytes | bytes << 16) & 0x0000_ffff_0000_ffff
        bytes = (bytes | bytes << 8) & 0x00ff_00ff_00ff_00ff
        let values = (bytes >> 4 & 0x000f_000f_000f_000f) | (bytes & 0x000f_000f_000f_000f) << 8
        let letters = ((values &+ 0x0606_0606_0606_0606) >> 4) & 0x0101_0101_0101_0101
        return values &+ 0x3030_3030_3030_3030 &+ letters &* 39
    }

    package static func encode(_ bytes: some Sequence<UInt8>) -> String { encode(Array(bytes)) }

    package static func append(_ byte: UInt8, to text: inout [UInt8]) {
        text.append(digit(byte >> 4))
        text.append(digit(byte & 15))
    }

    /// - Parameter value: below 16.
    @inlinable package static func digit(_ value: UInt8) -> UInt8 { value &+ (value < 10 ? 48 : 87) }

    /// The bytes, or nil when the text has an odd length or another character.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let utf8 = Array(text.utf8)
        guard utf8.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(utf8.count / 2)
        for index in stride(from: 0, to: utf8.count, by: 2) {
            guard let high = value(utf8[index]), let low = value(utf8[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    /// The value of one digit of either case.
    package static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
