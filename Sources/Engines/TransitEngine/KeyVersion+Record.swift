internal import CofferBase
internal import CofferCrypto
internal import CofferFramework
internal import CofferJSON

/// The stored form: JSON, with bytes in base64.
extension KeyVersion {
    private struct Record: Sendable {
        /// A secret key as it is; a key pair as PKCS #8, a public key as SubjectPublicKeyInfo; an ML-DSA seed.
        var material = ""
        var isPublicKey = false
        var hmacKey = ""
        var created: Int64 = 0
        var convergence: Int64 = 3
        var certificates: [String] = []

        static let schema = Schema<Record>(
            { Record() },
            [
                Field("material", \.material, "The key."), Field("public", \.isPublicKey, "Only a public key."),
                Field("hmac", \.hmacKey, "The key for HMAC."), Field("created", \.created, "Time of making."),
                Field("convergence", \.convergence, "Version of convergent encryption."),
                Field("certificates", \.certificates, "Chain of certificates."),
            ])
    }

    func encoded() throws -> [UInt8] {
        var record = Record()
        switch material {
        case .secret(let secret, _): record.material = Base64.standard.encode(secret.copyBytes())
        case .lattice(let key): record.material = Base64.standard.encode(key.seed.copyBytes())
        case .pair(let pair):
            record.isPublicKey = !pair.isPrivate
            record.material = Base64.standard.encode(
                pair.isPrivate ? try pair.pkcs8().copyBytes() : try pair.publicDER())
        }
        record.hmacKey = Base64.standard.encode(hmacKey.copyBytes())
        record.created = created.nanoseconds
        record.convergence = convergence
        record.certificates = certificates.map { Base64.standard.encode($0) }
        return JSON.object(Record.schema.encode(record)).serialized()
    }

    init(encoded bytes: [UInt8], of key: Key) throws(EngineError) {
        do {
            let record = try Record.schema.decode(try JSON.parseObject(bytes, limits: .trusted))
            let material = try Self.decoded(record.material)
            self.init(
                try Self.material(material, isPublicKey: record.isPublicKey, of: key),
                hmacKey: SecretBytes(copying: try Self.decoded(record.hmacKey)),
                created: Timestamp(nanoseconds: record.created))
            convergence = record.convergence
            certificates = try record.certificates.map(Self.decoded)
        } catch {
            throw TransitErrors.damaged
        }
    }

    private static func material(_ bytes: [UInt8], isPublicKey: Bool, of key: Key) throws -> Material {
        let secret = SecretBytes(copying: bytes)
        if key.type.pair != nil {
            return .pair(isPublicKey ? try AsymmetricKey(publicKey: bytes) : try AsymmetricKey(pkcs8: secret))
        }
        if let parameterSet = MLDSAKey.ParameterSet(rawValue: key.parameterSet) {
            return .lattice(try MLDSAKey(parameterSet, seed: secret))
        }
        return try .secret(secret, for: key)
    }

    private static func decoded(_ text: String) throws(EngineError) -> [UInt8] {
        guard let bytes = Base64.standard.decode(text) else { throw TransitErrors.damaged }
        return bytes
    }
}
