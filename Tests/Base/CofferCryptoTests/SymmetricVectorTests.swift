import CofferBase
import CofferCrypto
import Testing

@Suite("Published vectors of ciphers, MACs and key wrapping") struct SymmetricVectorTests {
    @Test(
        "AES-GCM and ChaCha20-Poly1305 open what is authentic and nothing else (Wycheproof)",
        arguments: ["aes_gcm", "chacha20_poly1305"])
    func ciphers(name: String) throws {
        var (opened, refused) = (0, 0)
        for vector in try VectorFile(name).cases {
            let key: AEADKey? =
                name == "aes_gcm" ? AEADKey(vector.secret("key")) : AEADKey(.chaCha20Poly1305, vector.secret("key"))
            guard let key, vector.bytes("iv").count == 12 else { continue }
            let sealed = vector.bytes("ct") + vector.bytes("tag")
            let plaintext = try? key.open(sealed[...], nonce: vector.bytes("iv")[...], aad: vector.bytes("aad"))
            #expect((plaintext != nil) == vector.isValid, "\(vector.id)")
            if vector.isValid {
                #expect(plaintext == vector.bytes("msg"), "\(vector.id)")
                let again = try key.seal(
                    vector.bytes("msg"), nonce: vector.bytes("iv")[...], aad: vector.bytes("aad"))
                #expect(again == sealed, "\(vector.id)")
                opened += 1
            } else {
                refused += 1
            }
        }
        #expect(opened > 60 && refused > 20)
    }

    // draft-irtf-cfrg-xchacha-03, appendix A.3.1
    @Test("XChaCha20-Poly1305 with a nonce of 24 bytes")
    func extendedNonce() throws {
        let key = try #require(AEADKey(.xChaCha20Poly1305, SecretBytes(copying: [UInt8](0x80...0x9f))))
        let nonce = [UInt8](0x40...0x57)
        let text =
            "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
            + "sunscreen would be it."
        let aad = try #require(Hex.decode("50515253c0c1c2c3c4c5c6c7"))
        let sealed = try key.seal(Array(text.utf8), nonce: nonce[...], aad: aad)
        let expected =
            "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39"
            + "ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9"
            + "21f9664c97637da9768812f615c68b13b52e" + "c0875924c1c7987947deafd8780acf49"
        #expect(Hex.encode(sealed) == expected)
        #expect(try key.open(sealed[...], nonce: nonce[...], aad: aad) == Array(text.utf8))
        #expect(throws: AEADError.self) { try key.open(sealed[...], nonce: nonce.prefix(12), aad: aad) }
    }

    @Test("AES-CMAC with keys of 128, 192 and 256 bits (Wycheproof)")
    func codes() throws {
        var checked = 0
        for vector in try VectorFile("aes_cmac").cases {
            let code = CMAC.authenticate(vector.bytes("msg"), key: vector.secret("key"))
            let isRight = code.map { constantTimeEqual($0, vector.bytes("tag")) } ?? false
            #expect(isRight == vector.isValid, "\(vector.id)")
            checked += 1
        }
        #expect(checked > 30)
    }

    @Test("HMAC with SHA-1 and SHA-2 (RFC 2202, RFC 4231)")
    func keyedHashes() throws {
        var checked = 0
        for vector in try VectorFile("hmac").cases {
            let name = vector.text("file").split(separator: "-").last.map(String.init) ?? ""
            let digest = try #require(Digest(rawValue: name == "sha1" ? name : "sha2-\(name.dropFirst(3))"))
            let code = digest.authenticate(vector.bytes("msg"), key: vector.secret("key"))
            #expect(code.starts(with: vector.bytes("md")), "\(name) \(vector.text("msg"))")
            checked += 1
        }
        #expect(checked > 25)
    }

    // NIST, "HMAC_SHA3-256.pdf", sample with a key of the block's length and the text "Sample message for keylen=blocklen"
    @Test("HMAC with SHA-3 pads keys to the sponge's rate")
    func spongeHMAC() {
        let key = SecretBytes(copying: [UInt8](0...135))
        let code = Digest.sha3With256.authenticate(Array("Sample message for keylen=blocklen".utf8), key: key)
        #expect(Hex.encode(code) == "68b94e2e538a9be4103bebb5aa016d47961d4d1aa906061313b557f8af2c3faa")
    }

    @Test("HKDF-SHA256 (RFC 5869, appendix A)")
    func derivation() throws {
        let cases = try VectorFile("hkdf").cases
        for vector in cases {
            let derived = HKDF.derive(
                Int(vector.text("l")) ?? 0, from: vector.secret("ikm"), salt: vector.bytes("salt"),
                info: vector.bytes("info"))
            #expect(derived?.copyBytes() == vector.bytes("okm"))
        }
        #expect(cases.count == 3)
        #expect(HKDF.derive(8161, from: SecretBytes(copying: [1]), info: []) == nil)
    }

    @Test("AES key wrap with padding (RFC 5649)")
    func keyWrap() throws {
        let cases = try VectorFile("aes_kwp").cases
        for vector in cases {
            let key = vector.secret("key")
            #expect(AESKeyWrap.wrap(vector.secret("input"), under: key) == vector.bytes("output"))
            #expect(AESKeyWrap.unwrap(vector.bytes("output"), under: key)?.copyBytes() == vector.bytes("input"))
            var changed = vector.bytes("output")
            changed[changed.count - 1] ^= 1
            #expect(AESKeyWrap.unwrap(changed, under: key) == nil)
        }
        #expect(cases.count == 40)
        for length in 0..<24 {
            let junk = [UInt8](repeating: 7, count: length)
            #expect(AESKeyWrap.unwrap(junk, under: SecretBytes(copying: [UInt8](0..<32))) == nil)
        }
    }
}
