import CofferBase
import CofferFramework
import CofferJSON
import CofferStorage
import TestSupport
import Testing
import TransitEngine

@Suite struct KeyTests {
    static let types = [
        "aes128-gcm96", "aes256-gcm96", "chacha20-poly1305", "xchacha20-poly1305", "ed25519", "ecdsa-p256",
        "ecdsa-p384", "ecdsa-p521", "rsa-2048", "hmac", "aes128-cmac", "aes192-cmac", "aes256-cmac",
    ]

    // D07: CVE-2026-55776
    @Test("every type with every option is made, or refused as a bad request; the engine lives on", arguments: types)
    func options(type: String) async throws {
        let mount = try await transitMount()
        var made = 0
        for bits in 0..<8 {
            let fields: JSONObject = [
                "derived": .bool(bits & 1 != 0), "convergent_encryption": .bool(bits & 2 != 0),
                "exportable": .bool(bits & 4 != 0),
            ]
            do {
                try await mount.makeKey("k\(bits)", type, fields)
                made += 1
            } catch let error as EngineError {
                #expect(error.kind == .badRequest)
            }
        }
        #expect(made >= 2)
        try await mount.makeKey("after")
        #expect(try await mount.decrypt(mount.encrypt("x", with: "after"), with: "after") == "x")
    }

    @Test(
        "refusals of types and options are Vault's",
        arguments: [
            (["type": "rot13"], "unknown key type"),
            (
                ["type": "rsa-2048", "derived": true],
                "key derivation and convergent encryption not supported for keys of type rsa-2048"
            ),
            (
                ["type": "ed25519", "derived": true, "convergent_encryption": true],
                "convergent encryption not supported for keys of type ed25519"
            ),
            (["convergent_encryption": true], "convergent encryption requires derivation to be enabled"),
            (["auto_rotate_period": "30m"], "auto rotate period must be 0 to disable or at least an hour"),
            (["key_size": 32], "key_size is not valid for algorithm aes256-gcm96"),
            (["type": "hmac", "key_size": 31], "invalid key_size 31"),
            (["type": "hmac", "key_size": 513], "invalid key_size 513"),
        ] as [(JSONObject, String)])
    func refusals(fields: JSONObject, text: String) async throws {
        let mount = try await transitMount()
        await #expect(throws: EngineError.badRequest(text)) { try await mount.write("keys/k", fields) }
        await #expect(throws: EngineError.notFound) { try await mount.read("keys/k") }
        await #expect(throws: EngineError.notFound) { try await mount.list("keys") }
    }

    @Test("keys in an HSM are refused clearly")
    func managedKeys() async throws {
        let mount = try await transitMount()
        let error = await #expect(throws: EngineError.self) { try await mount.makeKey("k", "managed_key") }
        #expect(error?.texts.first?.hasPrefix("managed keys are not supported") == true)
    }

    @Test("a read shows settings and times, and no key")
    func reading() async throws {
        let mount = try await transitMount()
        let made = try await mount.makeKey("k", "aes256-gcm96", ["derived": true, "auto_rotate_period": "24h"])
        let read = try await mount.read("keys/k")
        #expect(made.data == read.data)
        #expect(read.text("name") == "k" && read.text("type") == "aes256-gcm96" && read.text("kdf") == "hkdf_sha256")
        #expect(read.number("latest_version") == 1 && read.number("min_decryption_version") == 1)
        #expect(read.number("min_encryption_version") == 0 && read.number("min_available_version") == 0)
        #expect(read.number("auto_rotate_period") == 86400)
        #expect(read.data?["keys"]?["1"]?.intValue == mount.clock.now.seconds)
        for (name, value) in [
            ("derived", true), ("exportable", false), ("allow_plaintext_backup", false), ("deletion_allowed", false),
            ("imported_key", false), ("supports_encryption", true), ("supports_decryption", true),
            ("supports_derivation", true), ("supports_signing", false), ("convergent_encryption", false),
        ] { #expect(read.flag(name) == value, "\(name)") }
        #expect(try await mount.makeKey().warnings == ["key k already existed"])
    }

    @Test(
        "a read of a key pair shows its public key",
        arguments: [("ed25519", "ed25519"), ("ecdsa-p256", "P-256"), ("ecdsa-p521", "P-521"), ("rsa-2048", "rsa-2048")])
    func publicKeys(type: String, name: String) async throws {
        let mount = try await transitMount()
        let version = try await mount.makeKey("k", type).data?["keys"]?["1"]
        #expect(version?["name"]?.stringValue == name)
        #expect(version?["creation_time"]?.stringValue == mount.clock.now.rfc3339)
        let publicKey = version?["public_key"]?.stringValue ?? ""
        if type == "ed25519" {
            #expect(Base64.standard.decode(publicKey)?.count == 32)
        } else {
            #expect(publicKey.hasPrefix("-----BEGIN PUBLIC KEY-----\n"))
            #expect(publicKey.hasSuffix("-----END PUBLIC KEY-----\n"))
        }
    }

    @Test("a derived Ed25519 key shows the public key of a context")
    func derivedPublicKey() async throws {
        let mount = try await transitMount()
        try await mount.makeKey("k", "ed25519", ["derived": true])
        func publicKey(_ context: String) async throws -> String? {
            try await mount.read("keys/k", ["context": .string(context)]).data?["keys"]?["1"]?["public_key"]?
                .stringValue
        }
        #expect(try await publicKey("") == "")
        #expect(try await publicKey(base64("a")) != publicKey(base64("b")))
        await #expect(throws: EngineError.badRequest("failed to base64-decode context")) { try await publicKey("*") }
        let signed = try await mount.write(
            "sign/k", ["input": .string(base64("x")), "context": .string(base64("a"))])
        #expect(try await publicKey(base64("a")) == signed.text("public_key"))
    }

    @Test("a rotated key encrypts with its new version and decrypts with all")
    func rotation() async throws {
        let mount = try await transitMount()
        try await mount.makeKey()
        let old = try await mount.encrypt("x")
        let reply = try await mount.write("keys/k/rotate")
        #expect(reply.number("latest_version") == 2)
        let new = try await mount.encrypt("x")
        #expect(old.hasPrefix("vault:v1:") && new.hasPrefix("vault:v2:"))
        #expect(try await mount.decrypt(old) == "x")
        #expect(try await mount.encrypt("x", ["key_version": 1]).hasPrefix("vault:v1:"))
        let rewrapped = try await mount.write("rewrap/k", ["ciphertext": .string(old)])
        #expect(rewrapped.number("key_version") == 2)
        #expect(try await mount.decrypt(rewrapped.text("ciphertext")) == "x")
        for (version, text) in [(3, "higher than the latest key version"), (-1, "negative")] as [(Int64, String)] {
            await #expect(throws: EngineError.badRequest("requested version for encryption is \(text)")) {
                try await mount.encrypt("x", ["key_version": .int(version)])
            }
        }
        await #expect(throws: EngineError.badRequest("key not found")) { try await mount.write("keys/none/rotate") }
    }

    @Test("minimum versions forbid old ones, and cannot cross")
    func minimums() async throws {
        let mount = try await transitMount()
        try await mount.makeKey()
        let old = try await mount.encrypt("x")
        for _ in 0..<3 { try await mount.write("keys/k/rotate") }
        try await mount.write("keys/k/config", ["min_decryption_version": 2])
        await #expect(
            throws: EngineError.badRequest("ciphertext or signature version is disallowed by policy (too old)")
        ) {
            try await mount.decrypt(old)
        }
        #expect(try await mount.read("keys/k").data?["keys"]?.objectValue?.keys == ["2", "3", "4"])
        try await mount.write("keys/k/config", ["min_encryption_version": 3])
        await #expect(throws: EngineError.self) { try await mount.encrypt("x", ["key_version": 2]) }
        for (fields, text) in [
            (["min_decryption_version": 5], "cannot set min decryption version of 5, latest key version is 4"),
            (["min_encryption_version": 5], "cannot set min encryption version of 5, latest key version is 4"),
            (["min_decryption_version": -1], "min decryption version cannot be negative"),
            (
                ["min_decryption_version": 4],
                "cannot set min encryption/decryption values; min encryption version of 3 must be greater than or equal "
                    + "to min decryption version of 4"
            ),
        ] as [(JSONObject, String)] {
            await #expect(throws: EngineError.badRequest(text)) { try await mount.write("keys/k/config", fields) }
        }
        let forced = try await mount.write("keys/k/config", ["min_decryption_version": 0])
        #expect(forced.number("min_decryption_version") == 1 && forced.warnings.count == 1)
        #expect(try await mount.decrypt(old) == "x")
        await #expect(throws: EngineError.badRequest("no existing key named none could be found")) {
            try await mount.write("keys/none/config")
        }
    }

    @Test("what was once exportable stays so; what is not given stays as it is")
    func settings() async throws {
        let mount = try await transitMount()
        try await mount.makeKey()
        try await mount.write("keys/k/config", ["exportable": true, "allow_plaintext_backup": true])
        let reply = try await mount.write("keys/k/config", ["exportable": false, "allow_plaintext_backup": false])
        #expect(reply.flag("exportable") == true && reply.flag("allow_plaintext_backup") == true)
        try await mount.write("keys/k/config", ["auto_rotate_period": "2h", "deletion_allowed": true])
        #expect(try await mount.write("keys/k/config").number("auto_rotate_period") == 7200)
        await #expect(throws: EngineError.self) {
            try await mount.write("keys/k/config", ["auto_rotate_period": "59m"])
        }
    }

    @Test("trimming removes old versions for good, and only what cannot be used")
    func trimming() async throws {
        let mount = try await transitMount()
        try await mount.makeKey()
        for _ in 0..<4 { try await mount.write("keys/k/rotate") }
        func trim(_ version: Int64) async throws -> Reply {
            try await mount.write("keys/k/trim", ["min_available_version": .int(version)])
        }
        func refused(_ version: Int64, _ text: String) async {
            await #expect(throws: EngineError.badRequest(text)) { try await trim(version) }
        }
        await refused(
            2, "minimum available version cannot be set when minimum encryption version is not set")
        try await mount.write("keys/k/config", ["min_encryption_version": 4, "min_decryption_version": 3])
        await refused(5, "minimum available version cannot be greater than minmum encryption version")
        await refused(4, "minimum available version cannot be greater than minimum decryption version")
        await refused(0, "minimum available version should be positive")
        await refused(-1, "minimum available version cannot be decremented")
        #expect(try await trim(3).number("min_available_version") == 3)
        await refused(2, "minimum available version cannot be decremented")
        await #expect(throws: EngineError.badRequest("missing min_available_version")) {
            try await mount.write("keys/k/trim")
        }
        await #expect(throws: EngineError.badRequest("invalid key name")) { try await mount.write("keys/none/trim") }
        await #expect(throws: EngineError.self) {
            try await mount.write("keys/k/config", ["min_decryption_version": 2])
        }
        #expect(try await mount.storage.scan("versions/", limit: 10).count == 3)
        #expect(try await mount.decrypt(mount.encrypt("x")) == "x")
    }

    @Test("a key is deleted with all its versions, where that is allowed")
    func deletion() async throws {
        let mount = try await transitMount()
        try await mount.makeKey("k", "aes256-gcm96", ["auto_rotate_period": "1h"])
        try await mount.write("keys/k/rotate")
        await #expect(
            throws: EngineError.badRequest("error deleting policy k: deletion is not allowed for this key")
        ) {
            try await mount.delete("keys/k")
        }
        try await mount.write("keys/k/config", ["deletion_allowed": true])
        #expect(try await mount.delete("keys/k").isEmpty)
        #expect(try await mount.storage.scan("", limit: 10).isEmpty)
        await #expect(throws: EngineError.badRequest("error deleting policy k: could not delete key; not found")) {
            try await mount.delete("keys/k")
        }
        await #expect(throws: EngineError.badRequest("encryption key not found")) {
            try await mount.decrypt("vault:v1:AAAA")
        }
    }

    @Test("a soft-deleted key does nothing until it is restored")
    func softDeletion() async throws {
        let mount = try await transitMount()
        try await mount.makeKey("k", "ed25519", ["exportable": true])
        #expect(try await mount.delete("keys/k/soft-delete").flag("soft_deleted") == true)
        #expect(try await mount.delete("keys/k/soft-delete").warnings.count == 1)
        for (path, fields) in [
            ("sign/k", ["input": ""]), ("hmac/k", ["input": ""]), ("keys/k/rotate", [:]),
            ("keys/k/config", ["deletion_allowed": true]), ("verify/k", ["signature": "vault:v1:AAAA"]),
        ] as [(String, JSONObject)] {
            await #expect(throws: EngineError.badRequest("refusing to use soft-deleted key"), "\(path)") {
                try await mount.write(path, fields)
            }
        }
        await #expect(throws: EngineError.self) { try await mount.read("export/signing-key/k") }
        #expect(try await mount.write("keys/k/soft-delete-restore").flag("soft_deleted") == false)
        #expect(try await mount.write("sign/k", ["input": ""]).text("signature").hasPrefix("vault:v1:"))
    }

    @Test("names are listed, in pages when asked for")
    func listing() async throws {
        let mount = try await transitMount()
        for name in ["b", "a", "c"] { try await mount.makeKey(name) }
        #expect(try await mount.list("keys").keys == ["a", "b", "c"])
        #expect(try await mount.list("keys", ["after": "a", "limit": 1]).keys == ["b"])
    }
}
