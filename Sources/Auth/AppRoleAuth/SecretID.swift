internal import CofferBase
internal import CofferFramework
internal import CofferJSON

/// What is kept of a secret id, under its hash: everything but the secret id. Lookups show all of it.
struct SecretID: Sendable {
    var accessor = ""
    /// What is left; zero for any number.
    var uses: Int64 = 0
    var ttl: Duration = .zero
    var creation = Moment()
    var lastUpdate = Moment()
    /// Unset for no end.
    var expiration = Moment()
    var metadata: [String: String] = [:]
    var networks: [String] = []
    var tokenNetworks: [String] = []

    static let schema = Schema<SecretID>(
        { SecretID() },
        [
            Field("secret_id_accessor", \.accessor, "Accessor of the secret id."),
            Field("secret_id_num_uses", \.uses, "Uses that are left; 0 for any number."),
            Field("secret_id_ttl", \.ttl, "Lifetime."), Field("creation_time", \.creation, "When it was made."),
            Field("last_updated_time", \.lastUpdate, "When it was used last."),
            Field("expiration_time", \.expiration, "When it ends."),
            Field("metadata", \.metadata, "Metadata of its tokens."),
            Field("cidr_list", \.networks, "Networks that may log in with it."),
            Field("token_bound_cidrs", \.tokenNetworks, "Networks that may use its tokens."),
        ])

    func isExpired(at now: Timestamp) -> Bool { expiration.time.map { $0 <= now } ?? false }

    /// A point in time, or none, as Go writes them.
    struct Moment: FieldValue {
        var time: Timestamp?

        static var fieldType: FieldType { .timestamp }
        static var expectation: String { "a time" }

        init(_ time: Timestamp? = nil) { self.time = time }
        init?(wire: JSON) { time = wire.stringValue.flatMap { Timestamp(rfc3339: $0) } }
        var wire: JSON { .string(time?.rfc3339 ?? Timestamp.unsetText) }
    }
}

/// Input of a new secret id.
struct SecretIDInput: Sendable {
    var secretID = ""
    var metadata = Metadata()
    var networks: [String] = []
    var tokenNetworks: [String] = []
    var uses: Int64?
    var ttl: Duration?

    private static let options: [Field<SecretIDInput>] = [
        Field("metadata", \.metadata, "Metadata of its tokens: a JSON object in a string, or key=value,…"),
        Field("cidr_list", \.networks, "Networks that may log in with it; within those of the role."),
        Field("token_bound_cidrs", \.tokenNetworks, "Networks that may use its tokens; within those of the role."),
        Field("num_uses", \.uses, "How often it may be used; not more than the role says."),
        Field("ttl", \.ttl, "How long it may be used; not longer than the role says."),
    ]

    static let schema = Schema<SecretIDInput>({ SecretIDInput() }, options)
    static let customSchema = Schema<SecretIDInput>(
        { SecretIDInput() }, [Field("secret_id", \.secretID, "The secret id itself.").secret] + options)

    struct Metadata: FieldValue {
        var pairs: [String: String] = [:]

        static var fieldType: FieldType { .string }
        static var expectation: String { "a map of strings" }

        init() {}

        init?(wire: JSON) {
            let parsed = wire.stringValue.flatMap { try? JSON.parseObject(Array($0.utf8)) }
            guard let pairs = [String: String](wire: parsed.map { .object($0) } ?? wire) else { return nil }
            self.pairs = pairs
        }

        var wire: JSON { pairs.wire }
    }

    /// What will be stored, with what the role says in place of what was not given.
    func record(for role: Role, _ call: Call) throws -> SecretID {
        guard role.bindsSecretID else { throw AppRoleErrors.secretIDNotBound }
        try Self.require(networks, within: role.secretIDNetworks)
        try Self.require(tokenNetworks, within: role.token.boundCIDRs)
        var record = SecretID()
        record.accessor = try call.random.uuid()
        record.uses = uses ?? role.secretIDUses
        if record.uses < 0 { throw AppRoleErrors.negativeSecretIDUses }
        if role.secretIDUses > 0 && (record.uses == 0 || record.uses > role.secretIDUses) {
            throw AppRoleErrors.tooManyUses
        }
        let wanted = ttl ?? role.secretIDTTL
        if role.secretIDTTL > .zero && (wanted == .zero || wanted > role.secretIDTTL) { throw AppRoleErrors.tooLong }
        record.ttl = min(wanted, call.mount.maximumTTL)
        record.creation = .init(call.now)
        record.lastUpdate = record.creation
        if record.ttl > .zero { record.expiration = .init(call.now + record.ttl) }
        record.metadata = metadata.pairs
        record.networks = networks
        record.tokenNetworks = tokenNetworks
        return record
    }

    private static func require(_ networks: [String], within allowed: [String]) throws(EngineError) {
        let allowed = allowed.compactMap { CIDR($0) }
        for text in networks {
            guard let network = CIDR(text) else { throw AppRoleErrors.invalidNetworks }
            guard allowed.isEmpty || allowed.contains(where: { $0.contains(network) }) else {
                throw AppRoleErrors.networksNotInRole
            }
        }
    }
}
