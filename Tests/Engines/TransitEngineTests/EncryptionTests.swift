import CofferBase
import CofferCrypto
import CofferFramework
import CofferJSON
import TestSupport
import Testing
import TransitEngine

@Suite struct EncryptionTests {
    static let ciphers = ["aes128-gcm96", "aes256-gcm96", "chacha20-poly1305", "xchacha20-poly1305"]

    @Test("what a key encrypts it decrypts, and it names its version", arguments: ciphers + ["rsa-2048"])
    func roundTrip(type: String) async throws {
        let mount = try await transitMount()
        try await mount.makeKey("k", type)
        let reply = try await mount.write("encrypt/k", ["plaintext": .string(base64("hello"))])
        #expect(reply.text("ciphertext").hasPrefix("vault:v1:") && reply.number("key_version") == 1)
        #expect(try await mount.decrypt(reply.text("ciphertext")) == "hello")
        #expect(try await mount.decrypt(mount.encrypt("")) == "")
    }

    @Test("a ciphertext is nonce, ciphertext and tag, as every AES-GCM implementation opens it")
    func format() async throws {
        let mount = try await transitMount()
        try await mount.makeKey("k", "aes256-gcm96", ["exportable": true])
        let exported = try await mount.read("export/encryption-key/k").data?["keys"]?["1"]?.stringValue ?? ""
        let secret = try #require(Base64.standard.decode(exported))
        let key = try #require(AEADKey(SecretBytes(copying: secret)))
        let text = try await mount.encrypt("hello")
        let bytes = try #require(Base64.standard.decode(text.dropFirst("vault:v1:".count)))
        #expect(try key.open(bytes[12...], nonce: bytes[..<12], aad: []) == Array("hello".utf8))
        // And the other way round: what another implementation sealed, transit opens.
        var sealed = [UInt8](0..<12)
        try key.seal(Array("from afar".utf8), nonce: sealed[...], aad: [], into: &sealed)
        #expect(try await mount.decrypt("vault:v1:" + Base64.standard.encode(sealed)) == "from afar")
    }

    // K08: CVE-2023-4680
    @Test("a nonce of the caller's choice is refused, alone and in a batch", arguments: [false, true])
    func nonces(isConvergent: Bool) async throws {
        let mount = try await transitMount()
        let derived: JSONObject = ["derived": .bool(isConvergent), "convergent_encryption": .bool(isConvergent)]
        try await mount.makeKey("k", "aes256-gcm96", derived)
        var item: JSONObject = ["plaintext": .string(base64("x")), "nonce": .string(base64("123456789012"))]
        if isConvergent { item["context"] = .string(base64("c")) }
        let refusal = EngineError.badRequest("provided nonce not allowed for this key")
        await #expect(throws: refusal) { try await mount.write("encrypt/k", item) }
        let reply = try await mount.write("encrypt/k", ["batch_input": [.object(item)]])
        #expect(reply.status == 400)
        #expect(reply.items.first?["error"]?.stringValue == "provided nonce not allowed for this key")
        await #expect(throws: refusal) {
            try await mount.write("datakey/plaintext/k", ["nonce": .string(base64("123456789012"))])
        }
    }

    // K08
    @Test("ten thousand encryptions have ten thousand nonces")
    func distinctNonces() async throws {
        let mount = try await transitMount()
        try await mount.makeKey()
        let item: JSON = ["plaintext": .string(base64("x"))]
        var nonces: Set<[UInt8]> = []
        for _ in 0..<10 {
            let reply = try await mount.write("encrypt/k", ["batch_input": .array(Array(repeating: item, count: 1000))])
            for answer in reply.items {
                let text = answer["ciphertext"]?.stringValue?.dropFirst("vault:v1:".count) ?? ""
                nonces.insert(Array(try #require(Base64.standard.decode(text)).prefix(12)))
            }
        }
        #expect(nonces.count == 10_000)
    }

    @Test("a derived key needs a context, and each context has a key of its own", arguments: ciphers)
    func derivation(type: String) async throws {
        let mount = try await transitMount()
        try await mount.makeKey("k", type, ["derived": true])
        await #expect(throws: EngineError.self) { try await mount.encrypt("x") }
        let one: JSONObject = ["context": .string(base64("one"))]
        let ciphertext = try await mount.encrypt("x", one)
        #expect(try await mount.decrypt(ciphertext, one) == "x")
        let package = type.contains("chacha20") ? "chacha20poly1305" : "cipher"
        await #expect(throws: EngineError.badRequest("\(package): message authentication failed")) {
            try await mount.decrypt(ciphertext, ["context": .string(base64("two"))])
        }
        #expect(try await mount.encrypt("x", one) != ciphertext)
    }

    @Test("convergent encryption gives equal ciphertexts for equal plaintexts of one context", arguments: ciphers)
    func convergence(type: String) async throws {
        let mount = try await transitMount()
        try await mount.makeKey("k", type, ["derived": true, "convergent_encryption": true])
        let (one, two): (JSONObject, JSONObject) = (
            ["context": .string(base64("one"))], ["context": .string(base64("two"))]
        )
        let ciphertext = try await mount.encrypt("x", one)
        #expect(try await mount.encrypt("x", one) == ciphertext)
        #expect(try await mount.encrypt("y", one) != ciphertext)
        #expect(try await mount.encrypt("x", two) != ciphertext)
        #expect(try await mount.decrypt(ciphertext, one) == "x")
    }

    @Test("associated data must be the same again, and is for ciphers only")
    func associatedData() async throws {
        let mount = try await transitMount()
        try await mount.makeKey()
        let data: JSONObject = ["associated_data": .string(base64("header"))]
        let ciphertext = try await mount.encrypt("x", data)
        #expect(try await mount.decrypt(ciphertext, data) == "x")
        await #expect(throws: EngineError.self) { try await mount.decrypt(ciphertext) }
        try await mount.makeKey("r", "rsa-2048")
        await #expect(
            throws: EngineError.badRequest("'[0].associated_data' provided for non-AEAD cipher suite rsa-2048")
        ) {
            try await mount.encrypt("x", with: "r", data)
        }
    }

    @Test("RSA keys pad with OAEP, or with PKCS #1 v1.5 when asked to")
    func paddingSchemes() async throws {
        let mount = try await transitMount()
        try await mount.makeKey("k", "rsa-2048")
        let old: JSONObject = ["padding_scheme": "pkcs1v15"]
        let ciphertext = try await mount.encrypt("x", old)
        #expect(try await mount.decrypt(ciphertext, old) == "x")
        await #expect(throws: EngineError.self) { try await mount.decrypt(ciphertext) }
        await #expect(throws: EngineError.badRequest("padding_scheme argument invalid: unknown padding scheme")) {
            try await mount.encrypt("x", ["padding_scheme": "none"])
        }
        try await mount.makeKey("a")
        await #expect(throws: EngineError.self) { try await mount.encrypt("x", with: "a", old) }
        let rewrapped = try await mount.write(
            "rewrap/k",
            [
                "ciphertext": .string(ciphertext), "decrypt_padding_scheme": "pkcs1v15",
                "encrypt_padding_scheme": "oaep",
            ])
        #expect(try await mount.decrypt(rewrapped.text("ciphertext")) == "x")
        await #expect(throws: EngineError.self) {
            try await mount.encrypt(String(repeating: "long", count: 100))
        }
    }

    @Test("encrypting with an unknown key makes it, derived when there is a context")
    func upsert() async throws {
        let mount = try await transitMount()
        #expect(try await !mount.exists("encrypt/new"))
        let ciphertext = try await mount.encrypt("x", with: "new", ["type": "chacha20-poly1305"])
        #expect(try await mount.exists("encrypt/new"))
        #expect(try await mount.decrypt(ciphertext, with: "new") == "x")
        #expect(try await mount.read("keys/new").text("type") == "chacha20-poly1305")
        _ = try await mount.encrypt("x", with: "derived", ["context": .string(base64("c"))])
        #expect(try await mount.read("keys/derived").flag("derived") == true)
        await #expect(throws: EngineError.badRequest("key type ecdsa-p256 not supported for this operation")) {
            try await mount.encrypt("x", with: "curve", ["type": "ecdsa-p256"])
        }
        await #expect(throws: EngineError.self) {
            try await mount.encrypt("x", with: "convergent", ["convergent_encryption": true])
        }
        try await mount.write("config/keys", ["disable_upsert": true])
        await #expect(throws: EngineError.badRequest("encryption key not found")) {
            try await mount.encrypt("x", with: "another")
        }
        await #expect(throws: EngineError.badRequest("encryption key not found")) {
            try await mount.decrypt(ciphertext, with: "another")
        }
    }

    @Test(
        "broken ciphertexts are told apart by Vault's words",
        arguments: [
            ("nonsense", "invalid ciphertext: no prefix"), ("vault:v1", "invalid ciphertext: wrong number of fields"),
            ("vault:vx:AAAA", "invalid ciphertext: version number could not be decoded"),
            ("vault:v9:AAAA", "invalid ciphertext: version is too new"),
            ("vault:v1:****", "invalid ciphertext: could not decode base64"),
            ("vault:v1:AAAA", "invalid ciphertext length"),
            ("vault:v1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "cipher: message authentication failed"),
            ("vault:v-1:AAAA", "ciphertext or signature version is disallowed by policy (too old)"),
        ])
    func broken(ciphertext: String, text: String) async throws {
        let mount = try await transitMount()
        try await mount.makeKey()
        await #expect(throws: EngineError.badRequest(text)) { try await mount.decrypt(ciphertext) }
    }

    @Test("plaintexts that are not base64 are refused with the place of the fault")
    func badPlaintext() async throws {
        let mount = try await transitMount()
        try await mount.makeKey()
        await #expect(throws: EngineError.badRequest("illegal base64 data at input byte 3")) {
            try await mount.write("encrypt/k", ["plaintext": "abc*"])
        }
        await #expect(throws: EngineError.badRequest("missing plaintext to encrypt")) {
            try await mount.write("encrypt/k")
        }
        await #expect(throws: EngineError.badRequest("missing ciphertext to decrypt")) {
            try await mount.write("decrypt/k")
        }
    }

    @Test("keys that cannot encrypt say so", arguments: ["ed25519", "ecdsa-p256", "hmac", "aes128-cmac"])
    func unsupported(type: String) async throws {
        let mount = try await transitMount()
        try await mount.makeKey("k", type)
        await #expect(throws: EngineError.badRequest("message encryption not supported for key type \(type)")) {
            try await mount.encrypt("x")
        }
        await #expect(throws: EngineError.badRequest("message decryption not supported for key type \(type)")) {
            try await mount.decrypt("vault:v1:AAAA")
        }
    }

    @Test("data keys have the wanted length, and are shown only on the path that says so", arguments: [128, 256, 512])
    func dataKeys(bits: Int64) async throws {
        let mount = try await transitMount()
        try await mount.makeKey()
        let shown = try await mount.write("datakey/plaintext/k", ["bits": .int(bits)])
        let plaintext = try #require(Base64.standard.decode(shown.text("plaintext")))
        #expect(plaintext.count == Int(bits / 8))
        let opened = try await mount.write("decrypt/k", ["ciphertext": .string(shown.text("ciphertext"))])
        #expect(opened.text("plaintext") == shown.text("plaintext"))
        let wrapped = try await mount.write("datakey/wrapped/k", ["bits": .int(bits)])
        #expect(wrapped.data?["plaintext"] == nil && wrapped.text("ciphertext").hasPrefix("vault:v1:"))
        await #expect(throws: EngineError.self) { try await mount.write("datakey/shown/k") }
        await #expect(throws: EngineError.badRequest("invalid bit length")) {
            try await mount.write("datakey/plaintext/k", ["bits": 100])
        }
    }
}
