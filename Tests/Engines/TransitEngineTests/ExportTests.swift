import CofferBase
import CofferCrypto
import CofferFramework
import CofferJSON
import TestSupport
import Testing
import TransitEngine

@Suite struct ExportTests {
    private func export(
        _ mount: EngineHarness, _ part: String, _ version: String = "", format: String = ""
    ) async throws -> [String: String] {
        let path = "export/\(part)/k" + (version.isEmpty ? "" : "/\(version)")
        let keys = try await mount.read(path, ["format": .string(format)]).data?["keys"]?.objectValue
        return Dictionary(uniqueKeysWithValues: keys?.members.map { ($0.key, $0.value.stringValue ?? "") } ?? [])
    }

    @Test("only what a key's settings allow is exported; public parts always")
    func permission() async throws {
        let mount = try await transitMount()
        try await mount.makeKey("k", "ecdsa-p256")
        for part in ["signing-key", "hmac-key"] {
            await #expect(throws: EngineError.badRequest("private key material is not exportable")) {
                try await export(mount, part)
            }
        }
        #expect(try await export(mount, "public-key")["1"]?.hasPrefix("-----BEGIN PUBLIC KEY-----") == true)
        try await mount.write("keys/k/config", ["exportable": true])
        await #expect(throws: EngineError.badRequest("encryption not supported for the key")) {
            try await export(mount, "encryption-key")
        }
        await #expect(throws: EngineError.badRequest("invalid export type")) { try await export(mount, "all") }
        await #expect(throws: EngineError.badRequest("invalid format")) {
            try await export(mount, "signing-key", format: "xml")
        }
        await #expect(throws: EngineError.notFound) { try await mount.read("export/public-key/none") }
    }

    @Test("all versions are exported, one by number, or the latest")
    func versions() async throws {
        let mount = try await transitMount()
        try await mount.makeKey("k", "aes256-gcm96", ["exportable": true])
        for _ in 0..<2 { try await mount.write("keys/k/rotate") }
        let all = try await export(mount, "encryption-key")
        #expect(Set(all.keys) == ["1", "2", "3"] && Set(all.values).count == 3)
        #expect(try await export(mount, "encryption-key", "2") == ["2": all["2"]])
        #expect(try await export(mount, "encryption-key", "v2") == ["2": all["2"]])
        #expect(try await export(mount, "encryption-key", "latest") == ["3": all["3"]])
        try await mount.write("keys/k/config", ["min_decryption_version": 2])
        for (version, text) in [
            ("1", "version for export is below minimum decryption version"),
            ("4", "version does not exist or cannot be found"), ("x", "invalid key version"),
        ] {
            await #expect(throws: EngineError.badRequest(text)) {
                try await export(mount, "encryption-key", version)
            }
        }
    }

    @Test("key pairs are exported as PEM, as PKCS #8, and as DER", arguments: ["ecdsa-p384", "rsa-2048", "ed25519"])
    func formats(type: String) async throws {
        let mount = try await transitMount()
        try await mount.makeKey("k", type, ["exportable": true])
        let der = try #require(Base64.standard.decode(try await export(mount, "signing-key", format: "der")["1"] ?? ""))
        let pair = try AsymmetricKey(pkcs8: SecretBytes(copying: der))
        let pem = try await export(mount, "signing-key", format: "pem")["1"] ?? ""
        #expect(PEM.blocks(in: pem)?.first?.label == "PRIVATE KEY" && PEM.blocks(in: pem)?.first?.der == der)
        let publicDER = Base64.standard.decode(try await export(mount, "public-key", format: "der")["1"] ?? "")
        #expect(try publicDER == pair.publicDER())
        let own = try await export(mount, "signing-key")["1"] ?? ""
        switch type {
        case "ed25519":
            #expect(
                Base64.standard.decode(own) == (pair.ed25519Seed?.copyBytes() ?? []) + (pair.ed25519PublicKey ?? []))
        case "rsa-2048":
            #expect(own.hasPrefix("-----BEGIN RSA PRIVATE KEY-----\n") && own.hasSuffix("-----\n"))
        default:
            #expect(own.hasPrefix("-----BEGIN EC PRIVATE KEY-----\n") && own.hasSuffix("-----END EC PRIVATE KEY-----"))
        }
        if type != "ed25519" {
            await #expect(throws: EngineError.self) { try await export(mount, "signing-key", format: "raw") }
        }
    }

    @Test("secret keys have no other form than base64")
    func secretFormats() async throws {
        let mount = try await transitMount()
        try await mount.makeKey("k", "aes128-gcm96", ["exportable": true])
        #expect(
            try await Base64.standard.decode(export(mount, "encryption-key", format: "raw")["1"] ?? "")?.count == 16)
        for format in ["der", "pem"] {
            for part in ["encryption-key", "hmac-key"] {
                await #expect(throws: EngineError.self) { try await export(mount, part, format: format) }
            }
        }
        await #expect(throws: EngineError.self) { try await export(mount, "public-key") }
        await #expect(throws: EngineError.self) { try await export(mount, "cmac-key") }
    }
}
