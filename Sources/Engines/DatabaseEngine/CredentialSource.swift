internal import CofferBase
internal import CofferCrypto
internal import CofferFramework
internal import CofferJSON

/// Makes keys: up to a second each, so not on a thread that others wait for.
let keyWork = BlockingPool(threads: BlockingPool.processors)

/// How the credentials of a role are made: its `credential_type` and `credential_config`, checked.
enum CredentialSource: Sendable {
    /// By this policy; by the connection's when it is empty.
    case password(policy: String)
    case rsaKey(bits: Int)
    case certificate(ClientCertificates)

    /// - Throws: with Vault's texts.
    init(
        _ type: String, _ settings: [String: String], clock: any WallClock, random: RandomSource
    ) throws(EngineError) {
        switch DatabaseCredential.Kind(rawValue: type) {
        case .password: self = .password(policy: settings["password_policy"] ?? "")
        case .rsaPrivateKey: self = .rsaKey(bits: try Self.bits(settings))
        case .clientCertificate:
            self = .certificate(try ClientCertificates(settings, clock: clock, random: random))
        case nil: throw DatabaseErrors.unknownCredentialType(type)
        }
    }

    private static func bits(_ settings: [String: String]) throws(EngineError) -> Int {
        let format = settings["format"] ?? ""
        if !format.isEmpty && format.lowercased() != "pkcs8" {
            throw DatabaseErrors.credentialConfig("invalid format: \(format)")
        }
        let text = settings["key_bits"] ?? ""
        guard let bits = text.isEmpty || text == "0" ? 2048 : Int(text), [2048, 3072, 4096].contains(bits) else {
            throw DatabaseErrors.credentialConfig("invalid key_bits: \(text)")
        }
        return bits
    }

    var kind: DatabaseCredential.Kind {
        switch self {
        case .password: .password
        case .rsaKey: .rsaPrivateKey
        case .certificate: .clientCertificate
        }
    }

    /// `credential_config` as a role shows it.
    var shown: JSONObject {
        switch self {
        case .password(let policy): policy.isEmpty ? [:] : ["password_policy": .string(policy)]
        case .rsaKey(let bits): ["format": "pkcs8", "key_bits": .int(bits)]
        case .certificate(let certificates): certificates.shown
        }
    }

    // MARK: passwords and keys

    /// A new password, or PEM of a new key. Certificates are not made here.
    func secret(for connection: Connection, _ context: EngineContext) async throws -> String {
        if case .rsaKey(let bits) = self {
            let random = context.random
            return try await keyWork.run {
                let key = try AsymmetricKey.generate(.rsa(bits: bits), random: random)
                return try PEM("PRIVATE KEY", key.pkcs8().withUnsafeBytes { Array($0) }).text
            }
        }
        guard case .password(let policy) = self else { throw DatabaseErrors.unsupportedCredential(kind) }
        return try await context.services.generatePassword(policy.isEmpty ? connection.passwordPolicy : policy)
    }

    /// What the database is told of a secret.
    func credential(of secret: String) throws(EngineError) -> DatabaseCredential {
        if case .password = self { return .password(secret) }
        guard let pem = PEM.blocks(in: secret)?.first, let key = try? AsymmetricKey(privateKey: pem),
            let der = try? key.publicDER()
        else { throw DatabaseErrors.damaged }
        return .publicKey(Base64.standard.encode(der))
    }

    /// The name of a secret in answers.
    var field: String { kind.rawValue }
}
