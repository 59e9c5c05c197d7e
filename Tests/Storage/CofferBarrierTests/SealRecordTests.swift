import CofferBarrier
import CofferBase
import CofferCrypto
import CofferJSON
import Shamir
import TestSupport
import Testing

@Suite struct SealRecordTests {
    private let root = SecretBytes(copying: [UInt8](0..<32))

    @Test("the seal configuration has the fields of the family and comes back whole")
    func configuration() throws {
        var configuration = SealConfiguration(shares: 5, threshold: 3)
        configuration.pgpKeys = ["a", "b"]
        configuration.nonce = "n"
        configuration.backup = true
        let json = try JSON.parse(configuration.encoded())
        #expect(
            json.objectValue?.keys.sorted() == [
                "backup", "nonce", "pgp_keys", "secret_shares", "secret_threshold", "stored_shares", "type",
            ])
        #expect(json["type"]?.stringValue == "shamir")
        #expect(json["stored_shares"]?.intValue == 1)
        #expect(SealConfiguration(encoded: configuration.encoded()) == configuration)
    }

    @Test(
        "impossible counts and other texts are no seal configuration",
        arguments: [
            "", "[]", "{}", #"{"secret_shares":3}"#, #"{"secret_shares":0,"secret_threshold":0}"#,
            #"{"secret_shares":3,"secret_threshold":4}"#, #"{"secret_shares":256,"secret_threshold":2}"#,
            #"{"secret_shares":3,"secret_threshold":0}"#, #"{"secret_shares":"3","secret_threshold":"2"}"#,
        ])
    func noConfiguration(text: String) {
        #expect(SealConfiguration(encoded: Array(text.utf8)) == nil)
    }

    @Test("the stored root key opens with its unseal key and with no other")
    func storedRootKey() throws {
        let random = RandomSource.seeded(5)
        let unseal = try SecretBytes(count: 32, from: random)
        let stored = try StoredRootKey.seal(root, with: unseal, random: random)
        #expect(try StoredRootKey.open(stored, with: unseal).constantTimeEquals(root))
        let other = try SecretBytes(count: 32, from: random)
        #expect(throws: AEADError.self) { try StoredRootKey.open(stored, with: other) }
        let short = SecretBytes(copying: [1])
        #expect(throws: AEADError.self) { try StoredRootKey.open(stored, with: short) }
    }

    @Test("the stored root key is a protobuf message whose first field is nonce, ciphertext and tag of a JSON list")
    func storedForm() throws {
        let stored = try StoredRootKey.seal(root, with: root, random: .seeded(5))
        let blob = Array(stored.dropFirst(2))
        #expect(stored.prefix(2) == [0x0a, UInt8(blob.count)])
        let key = try #require(AEADKey(root))
        let text = try key.open(blob[12...], nonce: blob[..<12], aad: [])
        #expect(String(decoding: text, as: UTF8.self) == "[\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\"]")
        // Fields of later versions are passed over, whatever their kind.
        let others: [UInt8] = [0x10, 0x96, 0x01, 0x1a, 0x02, 7, 7, 0x25, 1, 2, 3, 4, 0x29, 1, 2, 3, 4, 5, 6, 7, 8]
        #expect(try StoredRootKey.open(others + stored, with: root).constantTimeEquals(root))
        #expect(try StoredRootKey.open(stored + others, with: root).constantTimeEquals(root))
    }

    @Test("cut or changed, the stored root key does not open")
    func damaged() throws {
        let stored = try StoredRootKey.seal(root, with: root, random: .seeded(5))
        for length in 0..<stored.count {
            #expect(throws: AEADError.self) { try StoredRootKey.open(Array(stored.prefix(length)), with: root) }
        }
        for index in stored.indices {
            var changed = stored
            changed[index] ^= 0x80
            #expect(throws: AEADError.self) { try StoredRootKey.open(changed, with: root) }
        }
        let endless = [UInt8](repeating: 0xff, count: 100)
        #expect(throws: AEADError.self) { try StoredRootKey.open(endless, with: root) }
        #expect(throws: AEADError.self) { try StoredRootKey.open([0x0a] + endless.prefix(9) + [1], with: root) }
    }

    @Test("without random bytes no root key is stored")
    func noRandom() {
        let broken = RandomSource { (_) throws(RandomError) in throw RandomError() }
        #expect(throws: AEADError.self) { try StoredRootKey.seal(root, with: root, random: broken) }
    }

    @Test("from shares to root key: the threshold opens, fewer do not")
    func fromShares() throws {
        let random = RandomSource.seeded(6)
        let unseal = try SecretBytes(count: 32, from: random)
        let shares = try Shamir.split(unseal, shares: 5, threshold: 3, random: random)
        let stored = try StoredRootKey.seal(root, with: unseal, random: random)
        let enough = try Shamir.combine([shares[4], shares[0], shares[2]])
        #expect(try StoredRootKey.open(stored, with: enough).constantTimeEquals(root))
        let tooFew = try Shamir.combine([shares[4], shares[0]])
        #expect(throws: AEADError.self) { try StoredRootKey.open(stored, with: tooFew) }
    }
}
