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

    package func encode(_ bytes: some Collection<UInt8>) -> String { encode(Array(bytes)) }

    /// An array in particular: as code for any collection each byte would be asked for through tables.
    package func encode(_ bytes: [UInt8]) -> String {
        String(unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4) { text in
            var place = 0
            func put(_ value: Int) {
                text[place] = alphabet[value & 63]
                place += 1
            }
            var next = 0
            while next + 2 < bytes.count {
                let three = Int(bytes[next]) << 16 | Int(bytes[next + 1]) << 8 | Int(bytes[next + 2])
                put(three >> 18)
                put(three >> 12)
                put(three >> 6)
                put(three)
                next += 3
            }
            let left = bytes.count - next
            if left > 0 {
                let three = Int(bytes[next]) << 16 | (left == 2 ? Int(bytes[next + 1]) << 8 : 0)
                put(three >> 18)
                put(three >> 12)
                if left == 2 { put(three >> 6) }
                for _ in 0..<(padded ? 3 - left : 0) {
                    text[place] = UInt8(ascii: "=")
                    place += 1
                }
            }
            return place
        }
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
