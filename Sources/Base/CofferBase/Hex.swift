/// Lower-case hexadecimal.
package enum Hex {
    package static func encode(_ bytes: [UInt8]) -> String {
        String(unsafeUninitializedCapacity: bytes.count * 2) { text in
            if let start = text.baseAddress { bytes.withUnsafeBufferPointer { write($0, to: start) } }
            return bytes.count * 2
        }
    }

    /// Two digits for each byte, of eight bytes at a time.
    /// - Parameter text: has room for them.
    package static func write(_ bytes: UnsafeBufferPointer<UInt8>, to text: UnsafeMutablePointer<UInt8>) {
        var place = 0
        while bytes.count - place >= 8 {
            let eight = UnsafeRawBufferPointer(bytes).loadUnaligned(fromByteOffset: place, as: SIMD8<UInt8>.self)
            UnsafeMutableRawPointer(text + 2 * place).storeBytes(of: digits(eight), as: SIMD16<UInt8>.self)
            place += 8
        }
        for rest in place..<bytes.count {
            text[2 * rest] = digit(bytes[rest] >> 4)
            text[2 * rest + 1] = digit(bytes[rest] & 15)
        }
    }

    private static func digits(_ eight: SIMD8<UInt8>) -> SIMD16<UInt8> {
        var values = SIMD16<UInt8>()
        values.evenHalf = eight &>> 4
        values.oddHalf = eight & 15
        // From ten on 6 more is 16 or above.
        let letters = (values &+ 6) &>> 4
        return values &+ UInt8(ascii: "0") &+ letters &* (UInt8(ascii: "a") - UInt8(ascii: "0") - 10)
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
