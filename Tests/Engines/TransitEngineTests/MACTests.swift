import CofferBase
import CofferCrypto
import CofferFramework
import CofferJSON
import TestSupport
import Testing
import TransitEngine

@Suite struct MACTests {
    static let message: JSON = .string(base64("message"))

    @Test(
        "any key makes HMACs with every hash, and verifies them",
        arguments: ["aes256-gcm96", "ed25519", "rsa-2048", "hmac"])
    func hmac(type: String) async throws {
        let mount = try await transitMount()
        try await mount.makeKey("k", type, ["exportable": true])
        let exported = try await mount.read("export/hmac-key/k").data?["keys"]?["1"]?.stringValue ?? ""
        let key = SecretBytes(copying: try #require(Base64.standard.decode(exported)))
        for digest in Digest.allCases {
            let reply = try await mount.write("hmac/k/\(digest.rawValue)", ["input": Self.message])
            let expected = digest.authenticate(Array("message".utf8), key: key)
            #expect(reply.text("hmac") == "vault:v1:" + Base64.standard.encode(expected))
            let valid = try await mount.write(
                "verify/k/\(digest.rawValue)", ["input": Self.message, "hmac": .string(reply.text("hmac"))])
            #expect(valid.flag("valid") == true)
            let other = try await mount.write(
                "verify/k/\(digest.rawValue)", ["input": "", "hmac": .string(reply.text("hmac"))])
            #expect(other.flag("valid") == false)
        }
    }

    @Test("an HMAC key has the wanted size", arguments: [(JSON.null, 32), (JSON.int(64), 64), (JSON.int(512), 512)])
    func sizes(wanted: JSON, bytes: Int) async throws {
        let mount = try await transitMount()
        try await mount.makeKey("k", "hmac", ["key_size": wanted, "exportable": true])
        let exported = try await mount.read("export/hmac-key/k").data?["keys"]?["1"]?.stringValue ?? ""
        #expect(Base64.standard.decode(exported)?.count == bytes)
        #expect(try await mount.read("keys/k").number("key_size") == Int64(bytes))
        #expect(try await mount.write("keys/k/rotate").number("latest_version") == 2)
    }

    @Test("versions of HMACs obey the minimums")
    func versions() async throws {
        let mount = try await transitMount()
        try await mount.makeKey()
        let old = try await mount.write("hmac/k", ["input": Self.message]).text("hmac")
        try await mount.write("keys/k/rotate")
        #expect(try await mount.write("hmac/k", ["input": Self.message]).text("hmac").hasPrefix("vault:v2:"))
        #expect(try await mount.write("hmac/k", ["input": Self.message, "key_version": 1]).text("hmac") == old)
        try await mount.write("keys/k/config", ["min_encryption_version": 2, "min_decryption_version": 2])
        func refused(_ path: String, _ fields: JSONObject, _ text: String) async {
            await #expect(throws: EngineError.badRequest(text)) { try await mount.write(path, fields) }
        }
        await refused(
            "hmac/k", ["input": "", "key_version": 1], "cannot generate HMAC: version is too old (disallowed by policy)"
        )
        await refused(
            "verify/k", ["input": "", "hmac": .string(old)],
            "cannot verify HMAC: version is too old (disallowed by policy)")
        await refused(
            "hmac/k", ["input": "", "key_version": 3], "key version does not exist; latest key version is 2")
        await refused("verify/k", ["input": "", "hmac": "vault:v3:AAAA"], "invalid HMAC: version is too new")
        await refused("verify/k", ["input": "", "hmac": "AAAA"], "invalid HMAC to verify: no prefix")
        await refused("hmac/k", [:], "missing input for HMAC")
        await refused("hmac/k/md5", ["input": ""], "unsupported algorithm")
        await refused("hmac/none", ["input": ""], "encryption key not found")
    }

    @Test("CMACs, whole and cut", arguments: [("aes128-cmac", 16), ("aes192-cmac", 24), ("aes256-cmac", 32)])
    func cmac(type: String, keyLength: Int) async throws {
        let mount = try await transitMount()
        try await mount.makeKey("k", type, ["exportable": true])
        let exported = try await mount.read("export/cmac-key/k").data?["keys"]?["1"]?.stringValue ?? ""
        let key = SecretBytes(copying: try #require(Base64.standard.decode(exported)))
        #expect(key.count == keyLength)
        let expected = try #require(CMAC.authenticate(Array("message".utf8), key: key))
        let whole = try await mount.write("cmac/k", ["input": Self.message]).text("cmac")
        #expect(whole == "vault:v1:" + Base64.standard.encode(expected))
        let cut = try await mount.write("cmac/k/8", ["input": Self.message]).text("cmac")
        #expect(cut == "vault:v1:" + Base64.standard.encode(expected.prefix(8)))
        func isValid(_ path: String, _ fields: JSONObject) async throws -> Bool? {
            try await mount.write(path, fields).flag("valid")
        }
        #expect(try await isValid("verify/k", ["input": Self.message, "cmac": .string(whole)]) == true)
        #expect(try await isValid("verify/k/8", ["input": Self.message, "cmac": .string(cut)]) == true)
        #expect(try await isValid("verify/k", ["input": Self.message, "cmac": .string(cut)]) == false)
        for path in ["cmac/k/17", "cmac/k/x", "cmac/k/-1"] {
            await #expect(throws: EngineError.self) { try await mount.write(path, ["input": Self.message]) }
        }
    }

    @Test("other keys make no CMACs")
    func noCMAC() async throws {
        let mount = try await transitMount()
        try await mount.makeKey()
        await #expect(throws: EngineError.badRequest("key k is not a supported CMAC key type: aes256-gcm96")) {
            try await mount.write("cmac/k", ["input": Self.message])
        }
    }

    @Test("hashes and random bytes need no key")
    func tools() async throws {
        let mount = try await transitMount()
        let sum = try await mount.write("hash", ["input": .string(base64("abc"))]).text("sum")
        #expect(sum == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        let named = try await mount.write("hash/sha2-224", ["input": .string(base64("abc")), "format": "base64"])
        #expect(named.text("sum") == "Iwl9IjQF2CKGQqR3vaJVsyqtvOS9oLP342ydpw==")
        await #expect(throws: EngineError.self) { try await mount.write("hash/sha1", ["input": ""]) }
        for (path, count) in [("random", 32), ("random/5", 5), ("random/platform/7", 7), ("random/all", 32)] {
            let text = try await mount.write(path).text("random_bytes")
            #expect(Base64.standard.decode(text)?.count == count, "\(path)")
        }
        #expect(try await mount.write("random", ["bytes": 3, "format": "hex"]).text("random_bytes").utf8.count == 6)
    }
}
