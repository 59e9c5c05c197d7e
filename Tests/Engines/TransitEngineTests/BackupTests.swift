import CofferBase
import CofferFramework
import CofferJSON
import TestSupport
import Testing
import TransitEngine

@Suite struct BackupTests {
    private static let open: JSONObject = ["exportable": true, "allow_plaintext_backup": true]

    private func backup(_ mount: EngineHarness, _ name: String = "k") async throws -> String {
        try await mount.read("backup/\(name)").text("backup")
    }

    private func content(_ backup: String) throws -> JSONObject {
        try JSON.parseObject(Base64.standard.decode(backup) ?? [], limits: .trusted)
    }

    @Test("a restored key is the same key, under any name", arguments: KeyTests.types)
    func roundTrip(type: String) async throws {
        let mount = try await transitMount()
        try await mount.makeKey("k", type, Self.open)
        try await mount.write("keys/k/rotate")
        try await mount.write("keys/k/config", ["min_decryption_version": 2])
        let text = try await backup(mount)
        await #expect(throws: EngineError.invalid("key \"k\" already exists")) {
            try await mount.write("restore", ["backup": .string(text)])
        }
        #expect(try await mount.write("restore/copy", ["backup": .string(text)]).isEmpty)
        let target = try await transitMount()
        try await target.write("restore", ["backup": .string(text)])
        // Also what could not be used when the backup was made.
        try await target.write("keys/k/config", ["min_decryption_version": 1])
        try await mount.write("keys/k/config", ["min_decryption_version": 1])
        for part in ["encryption-key", "signing-key", "hmac-key", "cmac-key", "public-key"] {
            let ours = try? await mount.read("export/\(part)/k").data
            let theirs = try? await target.read("export/\(part)/k").data
            #expect(ours == theirs)
        }
        let read = try await target.read("keys/k")
        #expect(read.number("latest_version") == 2)
        #expect(read.data?["restore_info"]?["version"] == 2 && read.data?["backup_info"]?["version"] == 2)
        try await target.write("keys/k/rotate")
        try await target.write("restore", ["backup": .string(text), "force": true])
        #expect(try await target.read("keys/k").number("latest_version") == 2)
    }

    @Test("the content of a backup has Vault's names and numbers")
    func format() async throws {
        let mount = try await transitMount()
        try await mount.makeKey("k", "ecdsa-p256", Self.open)
        let document = try await content(backup(mount))
        let policy = try #require(document["policy"]?.objectValue)
        #expect(policy["type"] == 1 && policy["name"] == "k" && policy["latest_version"] == 1)
        #expect(policy["archive_version"] == 1 && policy["min_decryption_version"] == 1)
        #expect(policy["exportable"] == true && policy["Imported"] == false && policy["backup_info"]?["version"] == 1)
        let entry = try #require(policy["keys"]?["1"]?.objectValue)
        #expect(entry["key"]?.isNull == true && entry["creation_time"]?.intValue == mount.clock.now.seconds)
        guard case .number(let x)? = entry["ec_x"] else { throw EngineError.notFound }
        #expect(x.text.utf8.count > 60)
        let archived = try #require(document["archived_keys"]?["keys"]?.arrayValue)
        // Place 0 belongs to a version that never was.
        #expect(archived.count == 2 && archived[1]["ec_d"] == entry["ec_d"] && archived[0]["ec_d"]?.isNull == true)
    }

    // Made with the field names and encodings of Vault's keysutil package; AES key 00…1f, HMAC key 20…3f.
    @Test("a backup as Vault writes it is restored, archived versions included")
    func foreign() async throws {
        let key = Base64.standard.encode([UInt8](0..<32))
        let old = Base64.standard.encode([UInt8](64..<96))
        let hmac = Base64.standard.encode([UInt8](32..<64))
        func entry(_ key: String) -> String {
            """
            {"key":"\(key)","hmac_key":"\(hmac)","time":"2024-05-06T07:08:09.123456789Z","ec_x":null,"ec_y":null,\
            "ec_d":null,"rsa_key":null,"rsa_public_key":null,"public_key":"","convergent_version":0,\
            "creation_time":1714979289,"certificate_chain":null}
            """
        }
        let text = """
            {"policy":{"name":"their-key","keys":{"2":\(entry(key))},"derived":false,"kdf":0,\
            "convergent_encryption":false,"exportable":true,"min_decryption_version":2,"min_encryption_version":0,\
            "latest_version":2,"archive_version":2,"archive_min_version":0,"min_available_version":0,\
            "deletion_allowed":false,"convergent_version":0,"type":0,"backup_info":{"time":"2024-05-07T00:00:00Z",\
            "version":2},"restore_info":null,"allow_plaintext_backup":true,"version_template":"","storage_prefix":"",\
            "auto_rotate_period":3600000000000,"Imported":false,"AllowImportedKeyRotation":false},\
            "archived_keys":{"keys":[\(entry("")),\(entry(old)),\(entry(key))]}}
            """
        let mount = try await transitMount()
        try await mount.write("restore", ["backup": .string(base64(text))])
        let read = try await mount.read("keys/their-key")
        #expect(read.number("latest_version") == 2 && read.number("auto_rotate_period") == 3600)
        #expect(read.data?["keys"]?["2"] == 1_714_979_289)
        #expect(try await mount.read("export/encryption-key/their-key").data?["keys"]?["2"]?.stringValue == key)
        try await mount.write("keys/their-key/config", ["min_decryption_version": 1])
        #expect(try await mount.read("export/encryption-key/their-key").data?["keys"]?["1"]?.stringValue == old)
    }

    // A derived key of OpenBao: type 11 is XChaCha20 there, HMAC in Vault; `soft_deleted` tells which it is.
    @Test("a backup of OpenBao is known by its extra field")
    func openBao() async throws {
        let source = try await transitMount()
        try await source.makeKey("k", "xchacha20-poly1305", Self.open)
        var document = try await content(backup(source))
        #expect(document["policy"]?["type"] == 11 && document["policy"]?["soft_deleted"] == false)
        let target = try await transitMount()
        try await target.write(
            "restore", ["backup": .string(Base64.standard.encode(JSON.object(document).serialized()))])
        #expect(try await target.decrypt(source.encrypt("x")) == "x")
        var policy = try #require(document["policy"]?.objectValue)
        policy["soft_deleted"] = nil
        policy["name"] = "h"
        policy["key_size"] = 32
        document["policy"] = .object(policy)
        try await target.write(
            "restore", ["backup": .string(Base64.standard.encode(JSON.object(document).serialized()))])
        #expect(try await target.read("keys/h").text("type") == "hmac")
    }

    // The ciphertext was computed with Python's hmac and cryptography modules: one round of SP 800-108 with the
    // counter 0, as keys from before HKDF were derived.
    @Test("derived keys of the oldest kind still decrypt")
    func counterDerivation() async throws {
        let mount = try await transitMount()
        try await mount.makeKey("k", "aes256-gcm96", Self.open.merging(["derived": true]))
        var document = try await content(backup(mount))
        var policy = try #require(document["policy"]?.objectValue)
        policy["kdf"] = 0
        policy["name"] = "old"
        var entry = try #require(policy["keys"]?["1"]?.objectValue)
        entry["key"] = .string(Base64.standard.encode([UInt8](0..<32)))
        policy["keys"] = ["1": .object(entry)]
        document["policy"] = .object(policy)
        document["archived_keys"] = ["keys": []]
        try await mount.write(
            "restore", ["backup": .string(Base64.standard.encode(JSON.object(document).serialized()))])
        let context: JSONObject = ["context": .string(base64("my context"))]
        #expect(
            try await mount.decrypt("vault:v1:AAAAAAAAAAAAAAAALyJnNLEn8Pj3Gd4kBfm7TYBSGKqe", with: "old", context)
                == "hello")
        #expect(try await mount.read("keys/old").text("kdf") == "hmac-sha256-counter")
    }

    @Test("only keys whose settings allow it are backed up")
    func permission() async throws {
        let mount = try await transitMount()
        try await mount.makeKey()
        await #expect(throws: EngineError.invalid("exporting is disallowed on the policy")) { try await backup(mount) }
        try await mount.write("keys/k/config", ["exportable": true])
        await #expect(throws: EngineError.invalid("plaintext backup is disallowed on the policy")) {
            try await backup(mount)
        }
        await #expect(throws: EngineError.invalid("key \"none\" not found")) { try await backup(mount, "none") }
    }

    @Test("junk is refused, and nothing is left behind")
    func junk() async throws {
        let mount = try await transitMount()
        try await mount.makeKey("k", "aes256-gcm96", Self.open)
        let document = try await content(backup(mount))
        func refused(_ text: String) async {
            let error = await #expect(throws: EngineError.self) {
                try await mount.write("restore/new", ["backup": .string(text)])
            }
            #expect(error?.kind == .badRequest)
        }
        for text in ["", "*", base64("text"), base64("[]"), base64("{}"), base64(#"{"policy":{}}"#)] {
            await refused(text)
        }
        for (field, value) in [
            ("type", 99), ("type", "x"), ("latest_version", 5), ("latest_version", 0), ("min_decryption_version", 2),
            ("min_encryption_version", -1), ("min_available_version", 2), ("latest_version", 9_223_372_036_854_775_807),
            ("auto_rotate_period", 1), ("convergent_encryption", true),
        ] as [(String, JSON)] {
            var changed = document
            var policy = try #require(document["policy"]?.objectValue)
            policy[field] = value
            changed["policy"] = .object(policy)
            await refused(Base64.standard.encode(JSON.object(changed).serialized()))
        }
        await #expect(throws: EngineError.notFound) { try await mount.read("keys/new") }
    }

    @Test("a name from a backup cannot lead out of its folder", arguments: ["../k", "a/b", "", ".", "ü"])
    func names(name: String) async throws {
        let mount = try await transitMount()
        try await mount.makeKey("k", "aes256-gcm96", Self.open)
        var document = try await content(backup(mount))
        var policy = try #require(document["policy"]?.objectValue)
        policy["name"] = .string(name)
        document["policy"] = .object(policy)
        let text = Base64.standard.encode(JSON.object(document).serialized())
        await #expect(throws: EngineError.self) { try await mount.write("restore", ["backup": .string(text)]) }
        #expect(try await mount.list("keys").keys == ["k"])
    }
}

extension JSONObject {
    fileprivate func merging(_ other: JSONObject) -> JSONObject {
        var merged = self
        for member in other.members { merged[member.key] = member.value }
        return merged
    }
}
