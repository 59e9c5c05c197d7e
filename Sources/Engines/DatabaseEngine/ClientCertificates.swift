internal import CofferBase
internal import CofferCrypto
internal import CofferFramework
internal import CofferJSON

/// `credential_config` of a role that gives out client certificates.
struct ClientCertificates: Sendable {
    private let commonName: NameTemplate
    private let authority: Certificate
    private let authorityKey: AsymmetricKey
    private let keyType: String
    private let kind: AsymmetricKey.Kind
    /// Nil for what suits the authority's key.
    private let digest: Digest?
    private let settings: [String: String]

    /// Certificates are good from a little before they are made: clocks differ.
    private static let backdating: Duration = .seconds(-30)

    /// - Throws: with Vault's texts.
    init(_ settings: [String: String], clock: any WallClock, random: RandomSource) throws(EngineError) {
        self.settings = settings
        keyType = settings["key_type"] ?? ""
        kind = try Self.kind(keyType, Self.number("key_bits", settings))
        digest = try Self.digest(Self.number("signature_bits", settings))
        commonName = try Self.template(settings["common_name_template"] ?? "", clock, random)
        (authority, authorityKey) = try Self.authority(settings)
    }

    private static func refused(_ reason: String) -> EngineError { DatabaseErrors.credentialConfig(reason) }

    private static func number(_ name: String, _ settings: [String: String]) throws(EngineError) -> Int {
        let text = settings[name] ?? ""
        guard let number = text.isEmpty ? 0 : Int(text) else { throw refused("invalid \(name)") }
        return number
    }

    private static func kind(_ type: String, _ bits: Int) throws(EngineError) -> AsymmetricKey.Kind {
        switch (type, bits) {
        case ("rsa", 0): return .rsa(bits: 2048)
        case ("rsa", 2048), ("rsa", 3072), ("rsa", 4096): return .rsa(bits: bits)
        case ("ec", 0), ("ec", 256): return .p256
        case ("ec", 384): return .p384
        case ("ec", 521): return .p521
        case ("ed25519", _): return .ed25519
        case ("rsa", _), ("ec", _): throw refused("invalid key_bits")
        default: throw refused("invalid key_type")
        }
    }

    private static func digest(_ bits: Int) throws(EngineError) -> Digest? {
        switch bits {
        case 0: return nil
        case 256: return .sha256
        case 384: return .sha384
        case 512: return .sha512
        default: throw refused("invalid signature_bits")
        }
    }

    private static func template(
        _ text: String, _ clock: any WallClock, _ random: RandomSource
    ) throws(EngineError) -> NameTemplate {
        if text.isEmpty { throw refused("missing required common_name_template") }
        let template: NameTemplate
        do {
            template = try NameTemplate(text, clock: clock, random: random)
        } catch {
            throw refused("failed to create template: \(error.reason)")
        }
        do {
            _ = try template.render(displayName: "", role: "")
        } catch {
            throw refused("invalid common_name_template: \(error.reason)")
        }
        return template
    }

    private static func authority(_ settings: [String: String]) throws(EngineError) -> (Certificate, AsymmetricKey) {
        guard let certificates = settings["ca_cert"], !certificates.isEmpty else {
            throw refused("missing required ca_cert")
        }
        guard let keys = settings["ca_private_key"], !keys.isEmpty else {
            throw refused("missing required ca_private_key")
        }
        let blocks = (PEM.blocks(in: certificates) ?? []) + (PEM.blocks(in: keys) ?? [])
        guard let block = blocks.first(where: { $0.label.hasSuffix("PRIVATE KEY") }),
            let key = try? AsymmetricKey(privateKey: block)
        else { throw refused("private key not found in the PEM bundle") }
        guard let block = blocks.first(where: { $0.label == "CERTIFICATE" }),
            let certificate = try? Certificate(block.der)
        else { throw refused("certificate not found in the PEM bundle") }
        guard certificate.isAuthority else { throw refused("the given certificate is not marked for CA use") }
        guard key.hasPublicKey(of: certificate.publicKey) else {
            throw refused(
                "verification of parsed bundle failed: public key of certificate does not match private key")
        }
        return (certificate, key)
    }

    /// Without the authority's key, which is never read back.
    var shown: JSONObject {
        var shown = JSONObject()
        for name in ["ca_cert", "common_name_template", "key_type"] { shown[name] = settings[name].map { .string($0) } }
        for name in ["key_bits", "signature_bits"] {
            if let number = settings[name].flatMap({ Int($0) }), number > 0 { shown[name] = .int(number) }
        }
        return shown
    }

    // MARK: issuing

    struct Issued: Sendable {
        let commonName: String
        /// As Vault's answers name them.
        let answer: JSONObject
    }

    func issue(displayName: String, role: String, until end: Timestamp, _ context: EngineContext) async throws -> Issued
    {
        let name: String
        do {
            name = try commonName.render(displayName: displayName, role: role)
        } catch {
            throw DatabaseErrors.certificate(error.reason)
        }
        // 64 is the room that X.509 has.
        guard (1...64).contains(name.unicodeScalars.count) else { throw DatabaseErrors.commonName }
        let (start, random) = (context.clock.now + Self.backdating, context.random)
        return try await keyWork.run {
            do {
                let key = try AsymmetricKey.generate(kind, random: random)
                let certificate = try ClientCertificate(commonName: name, key: key, start: start, end: end)
                    .signed(by: authority, authorityKey, digest, random: random)
                return Issued(
                    commonName: name,
                    answer: [
                        "client_certificate": .string(PEM("CERTIFICATE", certificate.der).trimmedText),
                        "private_key": .string(try Self.pem(of: key)), "private_key_type": .string(keyType),
                    ])
            } catch is KeyError {
                throw DatabaseErrors.certificate("the authority's key does not sign")
            }
        }
    }

    private static func pem(of key: AsymmetricKey) throws -> String {
        let (label, der) =
            switch key.kind {
            case .rsa: ("RSA PRIVATE KEY", try key.traditionalDER())
            case .p256, .p384, .p521: ("EC PRIVATE KEY", try key.traditionalDER())
            case .ed25519: ("PRIVATE KEY", try key.pkcs8())
            }
        return PEM(label, der.withUnsafeBytes { Array($0) }).trimmedText
    }
}
