internal import CofferBase

/// EMSA-PSS (RFC 8017, section 9.1), written out because BoringSSL knows neither SHA-3 nor every length of salt.
struct PSS {
    private let function: Digest
    /// Bits and bytes of the encoded message: one bit less than the modulus.
    private let bits: Int
    private let length: Int

    init(_ function: Digest, modulusBits: Int) {
        self.function = function
        bits = modulusBits - 1
        length = (bits + 7) / 8
    }

    /// Bytes of the salt to sign with; nil when so many do not fit.
    func saltLength(_ wanted: AsymmetricKey.SaltLength) -> Int? {
        let largest = length - 2 - function.length
        let count =
            switch wanted {
            case .auto: largest
            case .digest: function.length
            case .bytes(let count): count
            }
        return (0...max(largest, 0)).contains(count) && largest >= 0 ? count : nil
    }

    /// `salt` is as long as `saltLength` allowed.
    func encode(_ digest: [UInt8], salt: [UInt8]) -> [UInt8] {
        let hash = function.hash([UInt8](repeating: 0, count: 8) + digest + salt)
        var block = [UInt8](repeating: 0, count: length - salt.count - hash.count - 2) + [1] + salt
        mask(&block, from: hash)
        return block + hash + [0xbc]
    }

    /// - Parameter padded: as long as the modulus.
    func isValid(_ padded: [UInt8], _ digest: [UInt8], salt wanted: AsymmetricKey.SaltLength) -> Bool {
        let encoded = padded.suffix(length)
        guard padded.count >= length, padded.dropLast(length).allSatisfy({ $0 == 0 }),
            length >= function.length + 2, encoded.last == 0xbc
        else { return false }
        let hash = Array(encoded.dropLast().suffix(function.length))
        var block = Array(encoded.prefix(length - function.length - 1))
        guard let first = block.first, first & ~topMask == 0 else { return false }
        mask(&block, from: hash)
        guard let one = block.firstIndex(where: { $0 != 0 }), block[one] == 1 else { return false }
        let salt = Array(block[(one + 1)...])
        if wanted != .auto, salt.count != saltLength(wanted) { return false }
        return constantTimeEqual(hash, function.hash([UInt8](repeating: 0, count: 8) + digest + salt))
    }

    /// The bits of the first byte that the encoded message may use.
    private var topMask: UInt8 { 0xff >> UInt8(8 * length - bits) }

    /// XORs MGF1 of `seed` over the block and clears the bits that do not fit.
    private func mask(_ block: inout [UInt8], from seed: [UInt8]) {
        var stream: [UInt8] = []
        var counter: UInt32 = 0
        while stream.count < block.count {
            stream += function.hash(seed + withUnsafeBytes(of: counter.bigEndian) { Array($0) })
            counter += 1
        }
        for index in block.indices { block[index] ^= stream[index] }
        block[0] &= topMask
    }
}
