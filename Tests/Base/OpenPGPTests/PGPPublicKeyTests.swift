import CofferBase
import OpenPGP
import Testing

@Suite struct PGPPublicKeyTests {
    /// In June 2026.
    private static let now = Timestamp(nanoseconds: 1_780_000_000_000_000_000)

    private func packets(_ key: SampleKey) throws -> [UInt8] { try #require(Base64.standard.decode(key.text)) }

    private static let usable: [SampleKey] = [.rsa, .curve25519, .p256, .p384, .p521, .singleRSA]

    @Test("a key has the fingerprint that GnuPG shows", arguments: usable)
    func fingerprint(_ key: SampleKey) throws {
        #expect(try PGPPublicKey(text: key.text, at: Self.now).fingerprintText == key.fingerprint)
    }

    @Test("a message is a session key for the reader, then data that differ each time", arguments: usable)
    func message(_ sample: SampleKey) throws {
        let key = try PGPPublicKey(text: sample.text, at: Self.now)
        let secret = Array("a share of a key".utf8)
        let first = try key.encrypt(secret, at: Self.now, random: .system)
        let second = try key.encrypt(secret, at: Self.now, random: .system)
        // Tag 1 in the new form of the header.
        #expect(first.first == 0xc1 && second.first == 0xc1)
        #expect(first.suffix(40) != second.suffix(40))
    }

    @Test("ASCII armour, and base64 of armour, are read as well")
    func armour() throws {
        var lines = ["-----BEGIN PGP PUBLIC KEY BLOCK-----", "Comment: of a test", ""]
        let text = Array(SampleKey.curve25519.text)
        for start in stride(from: 0, to: text.count, by: 64) {
            lines.append(String(text[start..<min(start + 64, text.count)]))
        }
        lines += ["=abcd", "-----END PGP PUBLIC KEY BLOCK-----", ""]
        let armored = lines.joined(separator: "\n")
        for form in [armored, armored.replacing("\n", with: "\r\n"), Base64.standard.encode(armored.utf8)] {
            let key = try PGPPublicKey(text: form, at: Self.now)
            #expect(key.fingerprintText == SampleKey.curve25519.fingerprint)
        }
    }

    @Test(
        "keys that cannot be used are refused, and the text says why",
        arguments: [
            (SampleKey.expired, "the key has expired"), (.revoked, "the key was revoked"),
            (.signOnly, "the key has no valid part that can encrypt"),
            (.dsa, "the key has no valid signature of its own"),
            (.weakRSA, "RSA keys must have 2048 to 8192 bits; this one has 1024"),
        ])
    func refused(_ key: SampleKey, _ reason: String) {
        #expect(throws: PGPError(reason)) { try PGPPublicKey(text: key.text, at: Self.now) }
    }

    @Test("a key that will expire serves until then")
    func expiry() throws {
        let before = Timestamp(nanoseconds: 1_768_000_000_000_000_000)
        let key = try PGPPublicKey(text: SampleKey.expired.text, at: before)
        #expect(key.fingerprintText == SampleKey.expired.fingerprint)
        #expect(throws: PGPError("the key has expired")) {
            try key.encrypt([1], at: Self.now, random: .system)
        }
    }

    @Test("a subkey that another key has signed is not used")
    func foreignSubkey() throws {
        let other = try packets(.curve25519)
        // The subkey of the other key and its binding: the last two packets.
        let start = try #require(other.indices.last { other[$0] == 0xb8 && other[$0 + 1] == 0x38 })
        let mixed = try packets(.signOnly) + other[start...]
        #expect(throws: PGPError("the key has no valid part that can encrypt")) {
            try PGPPublicKey(packets: mixed, at: Self.now)
        }
    }

    @Test("a changed byte in what is signed makes the key useless")
    func tampered() throws {
        let packets = try packets(.curve25519)
        let start = try #require(packets.indices.last { packets[$0] == 0xb8 && packets[$0 + 1] == 0x38 })
        // Inside the point of the subkey.
        for offset in [26, 40, 50] {
            var changed = packets
            changed[start + offset] ^= 1
            #expect(throws: PGPError.self) { try PGPPublicKey(packets: changed, at: Self.now) }
        }
    }

    @Test("a key cut off anywhere is refused or is the same key, and never more", arguments: usable)
    func truncated(_ key: SampleKey) throws {
        let whole = try packets(key)
        for length in 0..<whole.count {
            guard let read = try? PGPPublicKey(packets: Array(whole[..<length]), at: Self.now) else { continue }
            #expect(read.fingerprintText == key.fingerprint)
        }
    }

    @Test("whatever bytes are changed, parsing answers")
    func flipped() throws {
        let whole = try packets(.p256)
        for index in whole.indices {
            for bit in [0x01, 0x10, 0x80, 0xff] as [UInt8] {
                var changed = whole
                changed[index] ^= bit
                let read = try? PGPPublicKey(packets: changed, at: Self.now)
                // What is not covered by a signature (the hints outside it) may change; the key may not.
                if let read { #expect(read.fingerprintText == SampleKey.p256.fingerprint) }
            }
        }
    }

    @Test("what is no key is refused", arguments: ["", "!", "AAAA", "mQEN", "-----BEGIN PGP MESSAGE-----\n\nAAAA"])
    func noKey(_ text: String) {
        #expect(throws: PGPError.self) { try PGPPublicKey(text: text, at: Self.now) }
    }

    @Test("a private key is refused with a word about it")
    func privateKey() {
        // Tag 5, and the armour of one.
        #expect(throws: PGPError("this is a private key; give the public one")) {
            try PGPPublicKey(packets: [0xc5, 1, 4], at: Self.now)
        }
        #expect(throws: PGPError("this is a private key; give the public one")) {
            try PGPPublicKey(text: "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nAAAA", at: Self.now)
        }
    }

    // K10 (Vault changelog 0.11.1): a failure of randomness must fail the operation.
    @Test("no message is made without random bytes", arguments: usable)
    func noRandomness(_ sample: SampleKey) throws {
        let key = try PGPPublicKey(text: sample.text, at: Self.now)
        let broken = RandomSource { (_) throws(RandomError) in throw RandomError() }
        #expect(throws: PGPError("no random bytes")) { try key.encrypt([1], at: Self.now, random: broken) }
    }
}
