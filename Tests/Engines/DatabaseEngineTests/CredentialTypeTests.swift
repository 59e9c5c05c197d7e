import CofferBase
import CofferCrypto
import CofferFramework
import CofferJSON
import CofferStorage
import Synchronization
import TestSupport
import Testing

@Suite("What roles give out")
struct CredentialTypeTests {
    private func harness() async throws -> DatabaseHarness {
        let harness = try await DatabaseHarness(FakeDatabase(knowsKeys: true))
        try await harness.configure()
        return harness
    }

    private func refused(_ text: String) -> EngineError {
        .badRequest("credential_config validation failed: \(text)")
    }

    @Test("a key pair: the user gets the private half, the database the public one")
    func keys() async throws {
        let harness = try await harness()
        try await harness.engine.write(
            "roles/app", ["credential_type": "rsa_private_key", "credential_config": ["key_bits": "3072"]])
        let data = try await harness.engine.read("roles/app").data
        #expect(data?["credential_type"] == "rsa_private_key")
        #expect(data?["credential_config"] == ["format": "pkcs8", "key_bits": 3072])
        let answer = try #require(try await harness.engine.read("creds/app").data)
        #expect(answer["password"] == nil)
        let pem = try #require(PEM.blocks(in: answer["rsa_private_key"]?.stringValue ?? "")?.first)
        let key = try AsymmetricKey(privateKey: pem)
        #expect(pem.label == "PRIVATE KEY" && key.kind == .rsa(bits: 3072))
        let told = harness.database.password(of: answer["username"]?.stringValue ?? "")
        #expect(try told == Base64.standard.encode(key.publicDER()))
    }

    @Test("a static role with a key gets a new one at each rotation, also after a crash in between")
    func staticKeys() async throws {
        let harness = try await harness()
        harness.database.set { $0.passwords["account"] = "old" }
        let fields: JSONObject = [
            "db_name": "main", "username": "account", "rotation_period": "1h", "credential_type": "rsa_private_key",
        ]
        try await harness.engine.write("static-roles/key", fields)
        func current() async throws -> String {
            try await harness.engine.read("static-creds/key").data?["rsa_private_key"]?.stringValue ?? ""
        }
        func isTold(_ pem: String) throws -> Bool {
            let key = try AsymmetricKey(privateKey: #require(PEM.blocks(in: pem)?.first))
            return try harness.database.password(of: "account") == Base64.standard.encode(key.publicDER())
        }
        let first = try await current()
        #expect(try isTold(first))
        harness.database.set { $0.losesAnswers = true }
        await #expect(throws: EngineError.self) { try await harness.engine.write("rotate-role/key", [:]) }
        #expect(try await current() == first)
        harness.database.set { $0.losesAnswers = false }
        let after = try await harness.restarted()
        _ = try await after.tick()
        let second = try await current()
        #expect(second != first)
        #expect(try isTold(second))
        await #expect(throws: EngineError.badRequest("cannot update static account credential_type")) {
            try await harness.engine.write("static-roles/key", ["username": "account", "credential_type": "password"])
        }
        await #expect(throws: EngineError.badRequest("only a password can be imported")) {
            var fields = fields
            fields["password"] = "old"
            try await harness.engine.write("static-roles/other", fields)
        }
    }

    @Test("a plugin that knows only passwords refuses the others when they are asked for, with Vault's text")
    func unsupported() async throws {
        let harness = try await DatabaseHarness.configured()
        try await harness.engine.write("roles/app", ["credential_type": "rsa_private_key"])
        await #expect(throws: EngineError.internal("unsupported credential_type: \"rsa_private_key\"")) {
            try await harness.engine.read("creds/app")
        }
        #expect(try await harness.entries("wal/user/") == 0)
        for type in ["rsa_private_key", "client_certificate"] {
            var fields: JSONObject = [
                "db_name": "main", "username": "root", "rotation_period": "1h", "credential_type": .string(type),
            ]
            if type == "client_certificate" { fields["credential_config"] = .object(Self.certificates) }
            await #expect(throws: EngineError.internal("unsupported credential_type: \"\(type)\"")) {
                try await harness.engine.write("static-roles/key", fields)
            }
        }
    }

    @Test("settings of keys are refused with Vault's texts")
    func keySettings() async throws {
        let harness = try await harness()
        func write(_ type: String, _ config: JSONObject) async throws {
            try await harness.engine.write(
                "roles/x", ["db_name": "main", "credential_type": .string(type), "credential_config": .object(config)])
        }
        await #expect(throws: EngineError.badRequest("invalid credential_type \"token\"")) {
            try await write("token", [:])
        }
        await #expect(throws: refused("invalid key_bits: 1024")) {
            try await write("rsa_private_key", ["key_bits": 1024])
        }
        await #expect(throws: refused("invalid format: pem")) { try await write("rsa_private_key", ["format": "pem"]) }
    }

    // MARK: certificates

    /// A role's settings with an authority of OpenSSL's.
    private static let certificates: JSONObject = [
        "ca_cert": .string(TestAuthority.certificate), "ca_private_key": .string(TestAuthority.key),
        "common_name_template": "{{.DisplayName}}-{{.RoleName}}-{{random 8}}", "key_type": "ec",
    ]

    @Test("a certificate names the user, ends a little after the lease, and its key comes along")
    func certificate() async throws {
        let harness = try await harness()
        try await harness.engine.write(
            "roles/app",
            ["credential_type": "client_certificate", "credential_config": .object(Self.certificates)])
        let shown = try await harness.engine.read("roles/app").data?["credential_config"]?.objectValue
        #expect(shown?["ca_cert"] == Self.certificates["ca_cert"])
        #expect(shown?["ca_private_key"] == nil && shown?["key_type"] == "ec")
        let reply = try await harness.engine.read("creds/app")
        let answer = try #require(reply.data)
        let username = try #require(answer["username"]?.stringValue)
        #expect(username.hasPrefix("tester-app-"))
        #expect(harness.database.password(of: username) == "certificate")
        let block = try #require(PEM.blocks(in: answer["client_certificate"]?.stringValue ?? "")?.first)
        let certificate = try Certificate(block.der)
        let keyBlock = try #require(PEM.blocks(in: answer["private_key"]?.stringValue ?? "")?.first)
        #expect(answer["private_key_type"] == "ec" && keyBlock.label == "EC PRIVATE KEY")
        #expect(try AsymmetricKey(privateKey: keyBlock).hasPublicKey(of: certificate.publicKey))
        // The end stands in the certificate as text: YYMMDDHHMMSSZ.
        let end = try #require(harness.database.state.withLock { $0.expirations[username] })
        let text = Timestamp(seconds: end.seconds).rfc3339.filter(\.isNumber).dropFirst(2) + "Z"
        #expect(certificate.der.contains(Array(text.utf8)))
    }

    @Test("settings of certificates are refused with Vault's texts")
    func certificateSettings() async throws {
        let harness = try await harness()
        let wrong: [(String, JSON?, String)] = [
            ("key_type", "dsa", "invalid key_type"), ("key_type", nil, "invalid key_type"),
            ("key_bits", 1024, "invalid key_bits"), ("signature_bits", 1, "invalid signature_bits"),
            ("common_name_template", nil, "missing required common_name_template"),
            ("ca_cert", nil, "missing required ca_cert"), ("ca_private_key", nil, "missing required ca_private_key"),
            ("ca_private_key", "x", "private key not found in the PEM bundle"),
            ("ca_cert", "x", "certificate not found in the PEM bundle"),
            (
                "ca_private_key", .string(try Self.strangeKey()),
                "verification of parsed bundle failed: public key of certificate does not match private key"
            ),
        ]
        for (name, value, text) in wrong {
            var config = Self.certificates
            config[name] = value
            let fields: JSONObject = [
                "db_name": "main", "credential_type": "client_certificate", "credential_config": .object(config),
            ]
            await #expect(throws: refused(text), "\(name)") { try await harness.engine.write("roles/x", fields) }
        }
    }

    private static func strangeKey() throws -> String {
        let key = try AsymmetricKey.generate(.p256, random: .system)
        return PEM("PRIVATE KEY", try key.pkcs8().withUnsafeBytes { Array($0) }).text
    }

    @Test("a name too long for a certificate makes neither a certificate nor a user")
    func longName() async throws {
        let harness = try await harness()
        var config = Self.certificates
        config["common_name_template"] = "{{random 65}}"
        try await harness.engine.write(
            "roles/app", ["credential_type": "client_certificate", "credential_config": .object(config)])
        await #expect(throws: EngineError.self) { try await harness.engine.read("creds/app") }
        #expect(harness.database.users.isEmpty)
    }
}
