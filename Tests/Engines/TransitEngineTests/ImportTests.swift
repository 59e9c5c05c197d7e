import CofferBase
import CofferCrypto
import CofferFramework
import CofferJSON
import TestSupport
import Testing
import TransitEngine

@Suite struct ImportTests {
    /// The material as a caller would send it.
    private func wrapped(
        _ material: SecretBytes, _ mount: EngineHarness, _ digest: Digest = .sha256
    ) async throws -> JSON {
        let pem = try await mount.read("wrapping_key").text("public_key")
        let block = try #require(PEM.blocks(in: pem)?.first)
        let key = try AsymmetricKey(publicKey: block.der)
        #expect(key.kind == .rsa(bits: 4096))
        let ephemeral = SecretBytes(copying: [UInt8](0..<32))
        let inner = try #require(AESKeyWrap.wrap(material, under: ephemeral))
        return .string(Base64.standard.encode(try key.encrypt([UInt8](0..<32), .oaep(digest)) + inner))
    }

    private func secret(_ count: Int) -> SecretBytes { SecretBytes(copying: [UInt8](repeating: 5, count: count)) }

    @Test("secret keys are imported, and only of the right length")
    func secretKeys() async throws {
        let mount = try await transitMount()
        for (type, count) in [
            ("aes128-gcm96", 16), ("aes256-gcm96", 32), ("chacha20-poly1305", 32), ("xchacha20-poly1305", 32),
            ("hmac", 77), ("aes192-cmac", 24),
        ] {
            let fields: JSONObject = [
                "type": .string(type), "ciphertext": try await wrapped(secret(count), mount), "exportable": true,
            ]
            #expect(try await mount.write("keys/\(type)/import", fields).isEmpty)
            let part = type == "hmac" ? "hmac-key" : type.hasSuffix("cmac") ? "cmac-key" : "encryption-key"
            let exported = try await mount.read("export/\(part)/\(type)").data?["keys"]?["1"]?.stringValue
            #expect(exported == Base64.standard.encode(secret(count).copyBytes()))
            #expect(try await mount.read("keys/\(type)").flag("imported_key") == true)
            let wrong = try await wrapped(secret(count == 77 ? 31 : count + 1), mount)
            let error = await #expect(throws: EngineError.self) {
                try await mount.write("keys/wrong/import", ["type": .string(type), "ciphertext": wrong])
            }
            #expect(error?.texts.first?.contains("invalid key size") == true)
        }
    }

    @Test(
        "key pairs are imported with every hash function of OAEP",
        arguments: [
            ("ed25519", AsymmetricKey.Kind.ed25519, "SHA1"), ("ecdsa-p256", .p256, "SHA224"),
            ("ecdsa-p521", .p521, "SHA384"), ("rsa-2048", .rsa(bits: 2048), "sha512"),
        ])
    func keyPairs(type: String, kind: AsymmetricKey.Kind, hash: String) async throws {
        let mount = try await transitMount()
        let pair = try AsymmetricKey.generate(kind, random: .system)
        let digest = try #require(Digest(rawValue: hash == "SHA1" ? "sha1" : "sha2-\(hash.dropFirst(3))"))
        let ciphertext = try await wrapped(pair.pkcs8(), mount, digest)
        try await mount.write(
            "keys/k/import",
            ["type": .string(type.uppercased()), "ciphertext": ciphertext, "hash_function": .string(hash)])
        let signed = try await mount.write("sign/k", ["input": .string(base64("x"))])
        let valid = try await mount.write(
            "verify/k", ["input": .string(base64("x")), "signature": .string(signed.text("signature"))])
        #expect(valid.flag("valid") == true)
        // Another type than the key is of.
        await #expect(throws: EngineError.self) {
            try await mount.write(
                "keys/other/import",
                ["type": "ecdsa-p384", "ciphertext": ciphertext, "hash_function": .string(hash)])
        }
    }

    @Test("a public key verifies and encrypts; its private part may follow")
    func publicKeys() async throws {
        let mount = try await transitMount()
        let pair = try AsymmetricKey.generate(.rsa(bits: 2048), random: .system)
        let pem = PEM("PUBLIC KEY", try pair.publicDER()).text
        try await mount.write("keys/k/import", ["type": "rsa-2048", "public_key": .string(pem), "exportable": true])
        let ciphertext = try await mount.encrypt("x")
        await #expect(
            throws: EngineError.badRequest(
                "cannot decrypt ciphertext, key version does not have a private counterpart")
        ) {
            try await mount.decrypt(ciphertext)
        }
        await #expect(
            throws: EngineError.badRequest("requested version for signing does not contain a private part")
        ) {
            try await mount.write("sign/k", ["input": ""])
        }
        #expect(try await mount.read("export/encryption-key/k").data?["keys"]?["1"] == "")
        let other = try AsymmetricKey.generate(.rsa(bits: 2048), random: .system)
        await #expect(throws: EngineError.invalid("cannot import key, key pair does not match")) {
            try await mount.write(
                "keys/k/import_version", ["ciphertext": wrapped(other.pkcs8(), mount), "version": 1])
        }
        try await mount.write("keys/k/import_version", ["ciphertext": wrapped(pair.pkcs8(), mount)])
        #expect(try await mount.read("keys/k").number("latest_version") == 1)
        #expect(try await mount.decrypt(ciphertext) == "x")
        try await mount.write("keys/k/import_version", ["ciphertext": wrapped(other.pkcs8(), mount)])
        #expect(try await mount.read("keys/k").number("latest_version") == 2)
        await #expect(throws: EngineError.invalid("private key imported, key version cannot be updated")) {
            try await mount.write(
                "keys/k/import_version", ["ciphertext": wrapped(pair.pkcs8(), mount), "version": 1])
        }
    }

    @Test("an imported key is rotated only where that was allowed, and is then the server's own")
    func rotation() async throws {
        let mount = try await transitMount()
        let ciphertext = try await wrapped(secret(32), mount)
        try await mount.write("keys/no/import", ["ciphertext": ciphertext])
        await #expect(throws: EngineError.invalid("imported key no does not allow rotation within Vault")) {
            try await mount.write("keys/no/rotate")
        }
        try await mount.write("keys/yes/import", ["ciphertext": ciphertext, "allow_rotation": true])
        #expect(try await mount.read("keys/yes").flag("imported_key_allow_rotation") == true)
        #expect(try await mount.write("keys/yes/rotate").flag("imported_key") == false)
        await #expect(
            throws: EngineError.invalid("the import_version endpoint can only be used with an imported key")
        ) {
            try await mount.write("keys/yes/import_version", ["ciphertext": ciphertext])
        }
        await #expect(
            throws: EngineError.invalid("allow_rotation must be set to true if auto-rotation is enabled")
        ) {
            try await mount.write("keys/auto/import", ["ciphertext": ciphertext, "auto_rotate_period": "1h"])
        }
    }

    @Test("junk is refused, and nothing is left behind")
    func junk() async throws {
        let mount = try await transitMount()
        let good = try await wrapped(secret(32), mount)
        let bytes = try #require(Base64.standard.decode(good.stringValue ?? ""))
        var (broken, short) = (bytes, Array(bytes.prefix(512)))
        broken[0] ^= 1
        short.removeLast()
        var tail = bytes
        tail[bytes.count - 1] ^= 1
        for junk in [broken, short, tail, [], Array(bytes.prefix(512))] {
            let error = await #expect(throws: EngineError.self) {
                try await mount.write("keys/k/import", ["ciphertext": .string(Base64.standard.encode(junk))])
            }
            #expect(error?.kind == .badRequest)
        }
        for fields in [
            [:], ["ciphertext": good, "public_key": "x"], ["public_key": "x"],
            ["public_key": "x", "type": "rsa-2048"], ["ciphertext": good, "hash_function": "md5"],
            ["ciphertext": good, "type": "ml-dsa"], ["ciphertext": good, "convergent_encryption": true],
            ["ciphertext": good, "type": "ed25519"],
        ] as [JSONObject] {
            await #expect(throws: EngineError.self) { try await mount.write("keys/k/import", fields) }
        }
        await #expect(throws: EngineError.notFound) { try await mount.read("keys/k") }
        try await mount.write("keys/k/import", ["ciphertext": good])
        await #expect(throws: EngineError.self) { try await mount.write("keys/k/import", ["ciphertext": good]) }
        await #expect(throws: EngineError.self) {
            try await mount.write("keys/none/import_version", ["ciphertext": good])
        }
    }

    @Test("a key exported for another mount's wrapping key is imported there")
    func transfer() async throws {
        let (source, target) = (try await transitMount(), try await transitMount())
        let pem = try await target.read("wrapping_key").text("public_key")
        try await source.write("keys/there/import", ["type": "rsa-4096", "public_key": .string(pem)])
        for type in ["aes256-gcm96", "ed25519", "ecdsa-p384", "rsa-2048", "hmac"] {
            try await source.makeKey(type, type, ["exportable": true])
            try await source.write("keys/\(type)/rotate")
            let all = try await source.read("byok-export/there/\(type)").data?["keys"]?.objectValue
            #expect(all?.keys == ["1", "2"])
            let latest = try await source.read("byok-export/there/\(type)/latest", ["hash": "SHA512"])
            let ciphertext = latest.data?["keys"]?["2"] ?? .null
            try await target.write(
                "keys/\(type)/import",
                ["type": .string(type), "ciphertext": ciphertext, "hash_function": "SHA512", "exportable": true])
            let part = ["aes256-gcm96": "encryption-key", "hmac": "hmac-key"][type] ?? "signing-key"
            let ours = try await source.read("export/\(part)/\(type)/2").data?["keys"]?["2"]
            let theirs = try await target.read("export/\(part)/\(type)").data?["keys"]?["1"]
            #expect(ours == theirs && ours != nil)
        }
        try await source.makeKey("secret")
        await #expect(throws: EngineError.badRequest("key is not exportable")) {
            try await source.read("byok-export/there/secret")
        }
        await #expect(throws: EngineError.self) { try await source.read("byok-export/secret/hmac") }
        await #expect(throws: EngineError.self) { try await source.read("byok-export/none/hmac") }
        await #expect(throws: EngineError.self) { try await source.read("byok-export/there/none") }
    }
}
