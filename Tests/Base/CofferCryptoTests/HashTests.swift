import CofferBase
import CofferCrypto
import Testing

@Suite struct HashTests {
    private static let salt = "f3b1e9a4-0c4d-4d5b-9d0e-8d6f1a2b3c4d"

    @Test(
        "the SHA-256 examples of FIPS 180-4 hold",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ])
    func sha256(message: String, digest: String) {
        #expect(Hex.encode(SHA256.hash(Array(message.utf8))) == digest)
    }

    @Test(
        "the SHA-1 examples of FIPS 180-4 and the old storage keys of tokens hold",
        arguments: [
            ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"), ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (salt + String(repeating: "A", count: 24), "33b8ccca6d8ac4e1361ee012dfb5378134faff7b"),
            (salt + "root", "c0bc1a35024a14e76fd62130e34c749f6a0de7d5"),
        ])
    func sha1(message: String, digest: String) {
        #expect(Hex.encode(SHA1.hash(Array(message.utf8))) == digest)
    }

    @Test(
        "the audit hash and the storage key of a token hold",
        arguments: [
            ("hello", "7386afd3f6b7bc9d135eab7e7dccd1357a6531784508d0ffcf55a9ee911f147d"),
            (
                "hvs." + String(repeating: "A", count: 24),
                "1811e1f464c9197db7133310c5ace4b50ea82f2e02d0dfa21276e2fba22eec20"
            ),
        ])
    func saltedHMAC(message: String, digest: String) {
        #expect(Hex.encode(HMACSHA256(key: Array(Self.salt.utf8)).authenticate(Array(message.utf8))) == digest)
    }

    /// Key and message in hex, and the digest of RFC 4231.
    struct HMACVector {
        let key: String
        let message: String
        let digest: String
    }

    private static let rfc4231 = [
        HMACVector(
            key: String(repeating: "0b", count: 20), message: Hex.encode("Hi There".utf8),
            digest: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        HMACVector(
            key: Hex.encode("Jefe".utf8), message: Hex.encode("what do ya want for nothing?".utf8),
            digest: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        HMACVector(
            key: String(repeating: "aa", count: 20), message: String(repeating: "dd", count: 50),
            digest: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        HMACVector(
            key: "0102030405060708090a0b0c0d0e0f10111213141516171819", message: String(repeating: "cd", count: 50),
            digest: "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
        HMACVector(
            key: String(repeating: "aa", count: 131),
            message: Hex.encode("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            digest: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
        HMACVector(
            key: String(repeating: "aa", count: 131),
            message: Hex.encode(
                ("This is a test using a larger than block-size key and a larger than block-size data. "
                    + "The key needs to be hashed before being used by the HMAC algorithm.").utf8),
            digest: "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
    ]

    @Test("the HMAC-SHA256 vectors of RFC 4231 hold", arguments: rfc4231)
    func hmac(vector: HMACVector) throws {
        let key = try #require(Hex.decode(vector.key))
        let message = try #require(Hex.decode(vector.message))
        #expect(Hex.encode(HMACSHA256(key: key).authenticate(message)) == vector.digest)
    }

    /// By the definition of RFC 2104: short messages are padded here, long ones by the library.
    @Test("messages of every length have the HMAC that two hashes make", arguments: [Array("Jefe".utf8), [1, 2, 3]])
    func hmacOfEveryLength(key: [UInt8]) {
        let hmac = HMACSHA256(key: key)
        let block = key + [UInt8](repeating: 0, count: 64 - key.count)
        for length in 0...200 {
            let message = (0..<length).map { UInt8(ascii: "a") + UInt8($0 % 26) }
            let inner = SHA256.hash(block.map { $0 ^ 0x36 } + message)
            let digest = SHA256.hash(block.map { $0 ^ 0x5c } + inner)
            #expect(hmac.authenticate(message) == digest)
            let text = String(decoding: message, as: UTF8.self)
            #expect(hmac.hex(of: text, after: "p:") == "p:" + Hex.encode(digest))
        }
    }

    @Test("a key authenticates any number of messages, at once and one after the other, each as if it were the first")
    func reuse() async {
        let hmac = HMACSHA256(key: Array("Jefe".utf8))
        let message = Array("what do ya want for nothing?".utf8)
        let digests = await withTaskGroup(of: [UInt8].self) { group in
            for round in 0..<64 {
                group.addTask {
                    _ = hmac.authenticate([UInt8](repeating: 1, count: round))
                    return hmac.authenticate(message)
                }
            }
            return await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
        }
        #expect(digests.map(Hex.encode) == ["5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"])
    }
}
