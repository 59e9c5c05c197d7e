internal import CofferBase
internal import CofferFramework
internal import CofferJOSE
internal import CofferJSON

/// A key by the name that roles and clients use: what signs now, what will sign next, and what signed before.
struct NamedKey: Sendable {
    var algorithm = SignatureAlgorithm.rs256.rawValue
    var rotationPeriod: Duration = .seconds(86_400)
    var verificationTTL: Duration = .seconds(86_400)
    var allowedClientIDs: [String] = []
    var current = Pair()
    /// Published before it is used, so that relying parties know it in time.
    var next = Pair()
    var retired: [Retired] = []
    var nextRotation = Timestamp(nanoseconds: 0)

    struct Pair: Sendable {
        var id = ""
        var algorithm = ""
        /// See `SigningKey.stored`.
        var secret = ""

        static let schema = Schema<Pair>(
            { Pair() },
            [
                Field("id", \.id, "Id."), Field("algorithm", \.algorithm, "Algorithm."),
                Field("secret", \.secret, "Private key.").secret,
            ])

        func signingKey() throws -> SigningKey {
            guard let algorithm = SignatureAlgorithm(rawValue: algorithm),
                let key = try? SigningKey(stored: secret, for: algorithm)
            else { throw EngineError.internal("a stored signing key is damaged; see the server log") }
            return key
        }

        func publicKey() throws -> JSONWebKey {
            let key = try signingKey()
            return JSONWebKey(id: id, algorithm: key.algorithm, key: key.publicKey)
        }
    }

    struct Retired: Sendable {
        var key: JSONObject = [:]
        var expiry: Int64 = 0

        static let schema = Schema<Retired>(
            { Retired() }, [Field("key", \.key, "Public key."), Field("expiry", \.expiry, "Until when it verifies.")])
    }

    static let settings: [Field<NamedKey>] = [
        Field("algorithm", \.algorithm, "RS256, RS384, RS512, ES256, ES384, ES512 or EdDSA."),
        Field("rotation_period", \.rotationPeriod, "How often a new key signs."),
        Field("verification_ttl", \.verificationTTL, "How long a key verifies after it has ceased to sign."),
        Field("allowed_client_ids", \.allowedClientIDs, "Client ids that may use the key; * for all."),
    ]
    static let input = Schema<NamedKey>({ NamedKey() }, settings)
    static let schema = Schema<NamedKey>(
        { NamedKey() },
        settings + [
            Field("current", \.currentObject, "Signs."), Field("next", \.nextObject, "Signs next."),
            Field("retired", \.retiredObjects, "Verify only."),
            Field("next_rotation", \.nextRotationNanoseconds, "When the next one signs."),
        ])

    private var currentObject: JSONObject {
        get { Pair.schema.encode(current) }
        set { current = (try? Pair.schema.decode(newValue)) ?? Pair() }
    }
    private var nextObject: JSONObject {
        get { Pair.schema.encode(next) }
        set { next = (try? Pair.schema.decode(newValue)) ?? Pair() }
    }
    private var retiredObjects: [JSONObject] {
        get { retired.map { Retired.schema.encode($0) } }
        set { retired = newValue.compactMap { try? Retired.schema.decode($0) } }
    }
    private var nextRotationNanoseconds: Int64 {
        get { nextRotation.nanoseconds }
        set { nextRotation = Timestamp(nanoseconds: newValue) }
    }

    func check() throws(EngineError) {
        if rotationPeriod < .seconds(60) { throw OIDCTexts.shortRotation }
        if verificationTTL > rotationPeriod * 10 { throw OIDCTexts.longVerification }
        guard let known = SignatureAlgorithm(rawValue: algorithm), Self.offered.contains(known) else {
            throw OIDCTexts.unknownAlgorithm
        }
    }

    /// In the order that discovery documents show.
    static let offered: [SignatureAlgorithm] = [.rs256, .rs384, .rs512, .es256, .es384, .es512, .edDSA]

    func allows(_ clientID: String) -> Bool { allowedClientIDs.contains("*") || allowedClientIDs.contains(clientID) }

    /// `fresh` will sign after the next rotation, the one that is next now signs from now on.
    mutating func rotate(to fresh: Pair, verificationTTL ttl: Duration, at now: Timestamp) throws {
        let old = try current.publicKey()
        retired.append(Retired(key: old.json, expiry: (now + ttl).nanoseconds))
        current = next
        next = fresh
        nextRotation = now + rotationPeriod
        prune(at: now)
    }

    mutating func prune(at now: Timestamp) { retired.removeAll { $0.expiry <= now.nanoseconds } }

    /// All that verify at this time.
    func publicKeys(at now: Timestamp) throws -> [JSONWebKey] {
        let old = retired.filter { $0.expiry > now.nanoseconds }.compactMap { JSONWebKey(.object($0.key)) }
        return try [current.publicKey(), next.publicKey()] + old
    }
}
