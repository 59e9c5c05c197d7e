import CofferBase
import CofferCrypto
import Testing

@Suite struct AEADKeyTests {
    private let nonce = [UInt8](0..<12)
    private let message = Array("attack at dawn".utf8)

    private func key(_ bytes: [UInt8] = [UInt8](0..<32)) throws -> AEADKey {
        try #require(AEADKey(SecretBytes(copying: bytes)))
    }

    @Test(
        "ciphertext and tag of the barrier vectors hold, with the path as additional data and without",
        arguments: [
            ("core/keyring", "3c20b739ffd4bfa1430197ea422989bc914d512d32e260"),
            ("", "3c20b739ffd4bff95e0d4a2b353fd764fef6d81fb08326"),
        ])
    func barrierVectors(path: String, sealed: String) throws {
        let bytes = try key().seal(Array("{\"a\":1}".utf8), nonce: nonce[...], aad: Array(path.utf8))
        #expect(Hex.encode(bytes) == sealed)
    }

    /// Cases 1, 2, 7, 8, 13 and 14 of the GCM specification: all zero, no additional data.
    @Test(
        "the test cases of the GCM specification hold for every length of key",
        arguments: [
            (16, 0, "58e2fccefa7e3061367f1d57a4e7455a"),
            (16, 16, "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf"),
            (24, 0, "cd33b28ac773f74ba00ed1f312572435"),
            (24, 16, "98e7247c07f0fe411c267e4384b0f6002ff58d80033927ab8ef4d4587514f0fb"),
            (32, 0, "530f8afbc74536b9a963b4f1c4cb738b"),
            (32, 16, "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"),
        ])
    func specification(keyLength: Int, length: Int, sealed: String) throws {
        let key = try key([UInt8](repeating: 0, count: keyLength))
        let zeros = [UInt8](repeating: 0, count: 12)[...]
        let bytes = try key.seal([UInt8](repeating: 0, count: length), nonce: zeros, aad: [])
        #expect(Hex.encode(bytes) == sealed)
        #expect(try key.open(bytes[...], nonce: zeros, aad: []) == [UInt8](repeating: 0, count: length))
    }

    @Test("a key of another length is none", arguments: [0, 1, 15, 17, 31, 33, 64])
    func keyLengths(length: Int) {
        #expect(AEADKey(SecretBytes(copying: [UInt8](repeating: 1, count: length))) == nil)
    }

    @Test("what was sealed is opened, whatever its length", arguments: [0, 1, 15, 16, 17, 4096, 1 << 20])
    func roundTrip(length: Int) throws {
        let key = try key()
        let plaintext = (0..<length).map { UInt8(truncatingIfNeeded: $0) }
        let sealed = try key.seal(plaintext, nonce: nonce[...], aad: message)
        #expect(sealed.count == length + AEADKey.tagLength)
        #expect(try key.open(sealed[...], nonce: nonce[...], aad: message) == plaintext)
    }

    @Test("one bit changed in ciphertext, tag, nonce or additional data, and nothing opens")
    func tampering() throws {
        let key = try key()
        let aad = Array("path".utf8)
        let sealed = try key.seal(message, nonce: nonce[...], aad: aad)
        func expectRefused(_ sealed: [UInt8], _ nonce: [UInt8], _ aad: [UInt8]) {
            #expect(throws: AEADError.self) { try key.open(sealed[...], nonce: nonce[...], aad: aad) }
        }
        for bit in 0..<8 * sealed.count { expectRefused(flipping(bit, of: sealed), nonce, aad) }
        for bit in 0..<8 * nonce.count { expectRefused(sealed, flipping(bit, of: nonce), aad) }
        for bit in 0..<8 * aad.count { expectRefused(sealed, nonce, flipping(bit, of: aad)) }
        expectRefused(sealed, nonce, [])
        expectRefused(sealed, nonce, aad + [0])
        for length in 0..<sealed.count { expectRefused(Array(sealed.prefix(length)), nonce, aad) }
        #expect(try key.open(sealed[...], nonce: nonce[...], aad: aad) == message)
    }

    private func flipping(_ bit: Int, of bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        bytes[bit / 8] ^= 1 << (bit % 8)
        return bytes
    }

    @Test("another key opens nothing")
    func otherKey() throws {
        let sealed = try key().seal(message, nonce: nonce[...], aad: [])
        let other = try key([UInt8](1..<33))
        #expect(throws: AEADError.self) { try other.open(sealed[...], nonce: nonce[...], aad: []) }
    }

    @Test("only nonces of 12 bytes are taken", arguments: [0, 1, 8, 11, 13, 16])
    func nonceLengths(length: Int) throws {
        let key = try key()
        let nonce = [UInt8](repeating: 7, count: length)[...]
        #expect(throws: AEADError.self) { try key.seal(message, nonce: nonce, aad: []) }
        #expect(throws: AEADError.self) { try key.open([UInt8](repeating: 0, count: 40)[...], nonce: nonce, aad: []) }
    }

    @Test("sealing appends to what is there, and leaves it alone when it fails")
    func appending() throws {
        let key = try key()
        var output: [UInt8] = [1, 2, 3]
        try key.seal(message, nonce: nonce[...], aad: [], into: &output)
        #expect(output.prefix(3) == [1, 2, 3])
        #expect(try key.open(output[3...], nonce: nonce[...], aad: []) == message)
        let before = output
        #expect(throws: AEADError.self) { try key.seal(message, nonce: [], aad: [], into: &output) }
        #expect(output == before)
    }

    @Test("one key seals and opens for many tasks at once")
    func concurrency() async throws {
        let key = try key()
        let matches = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<64 as Range<UInt8> {
                group.addTask {
                    let nonce = [UInt8](repeating: number, count: 12)[...]
                    let plaintext = [UInt8](repeating: number, count: 1000)
                    guard let sealed = try? key.seal(plaintext, nonce: nonce, aad: [number]) else { return false }
                    return (try? key.open(sealed[...], nonce: nonce, aad: [number])) == plaintext
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(matches == 64)
    }
}
