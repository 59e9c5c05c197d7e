/// RFC 4648 base64 over byte arrays; no Foundation.
package struct Base64: Sendable {
    private let alphabet: [UInt8]
    private let padded: Bool
    private let values: [UInt8]

    private init(last two: String, padded: Bool) {
        alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789\(two)".utf8)
        self.padded = padded
        var table = [UInt8](repeating: 255, count: 256)
        for (value, letter) in alphabet.enumerated() { table[Int(letter)] = UInt8(value) }
        values = table
    }

    package static let standard = Base64(last: "+/", padded: true)
    /// Standard alphabet without `=`, as generate-root prints it.
    package static let unpadded = Base64(last: "+/", padded: false)
    package static let url = Base64(last: "-_", padded: true)
    package static let urlUnpadded = Base64(last: "-_", padded: false)

    package func encode(_ bytes: some Collection<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var pending: UInt32 = 0
        var held = 0
        for byte in bytes {
            pending = pending << 8 | UInt32(byte)
            held += 1
            if held == 3 {
                for shift in [18, 12, 6, 0] as [UInt32] { text.append(alphabet[Int(pending >> shift & 63)]) }
                pending = 0
                held = 0
            }
        }
        if held > 0 {
            pending <<= UInt32(8 * (3 - held))
            text.append(alphabet[Int(pending >> 18 & 63)])
            text.append(alphabet[Int(pending >> 12 & 63)])
            if held == 2 { text.append(alphabet[Int(pending >> 6 & 63)]) }
            if padded { text.append(contentsOf: repeatElement(UInt8(ascii: "="), count: 3 - held)) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes, or nil for a foreign character, wrong padding or non-zero spare bits.
    package func decode(_ text: some StringProtocol) -> [UInt8]? {
        var utf8 = Array(text.utf8)
        if padded {
            guard utf8.count % 4 == 0 else { return nil }
            for _ in 0..<2 where utf8.last == UInt8(ascii: "=") { utf8.removeLast() }
        }
        guard utf8.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(utf8.count / 4 * 3 + 2)
        var pending: UInt32 = 0
        var bits: UInt32 = 0
        for letter in utf8 {
            let value = values[Int(letter)]
            guard value < 64 else { return nil }
            pending = pending << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(pending >> bits & 255))
                pending &= (1 << bits) - 1
            }
        }
        return pending == 0 ? bytes : nil
    }
}
