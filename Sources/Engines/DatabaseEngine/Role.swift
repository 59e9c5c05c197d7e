internal import CofferBase
internal import CofferFramework
internal import CofferJSON
internal import CofferStorage

/// How users are made on demand: `roles/:name`.
struct Role: Sendable {
    var connection = ""
    var creation = TextList()
    var revocation = TextList()
    var rollback = TextList()
    var renewal = TextList()
    var defaultTTL = Duration.zero
    var maximumTTL = Duration.zero
    var credentialType = DatabaseCredential.Kind.password.rawValue
    var credentialConfig: [String: String] = [:]

    static let schema = Schema<Role>(
        { Role() },
        [
            Field("db_name", \.connection, "Name of the database connection this role acts on."),
            Field("creation_statements", \.creation, "Statements that make a user."),
            Field("revocation_statements", \.revocation, "Statements that remove a user; the database's usual ones."),
            Field("rollback_statements", \.rollback, "Statements that undo a creation which failed half-way."),
            Field("renew_statements", \.renewal, "Statements that prolong a user; the database's usual ones."),
            Field("default_ttl", \.defaultTTL, "Default ttl for role."),
            Field("max_ttl", \.maximumTTL, "Maximum time a credential is valid for."),
            Field(
                "credential_type", \.credentialType, "What is given out: password, rsa_private_key, client_certificate."
            ),
            Field("credential_config", \.credentialConfig, "How it is made.").secret,
        ])

    static let records: Resource<Role> = {
        var records = Resource(schema, folder: "role/")
        records.validate = { call, role in
            if role.connection.isEmpty { throw DatabaseErrors.noDatabaseName }
            if try await call.storage.get(StaticRole.key(call.capture("name"))) != nil {
                throw DatabaseErrors.namesMustDiffer
            }
            if role.credentialType.isEmpty { role.credentialType = DatabaseCredential.Kind.password.rawValue }
            _ = try role.source(call.clock, call.random)
            role.revocation.texts.removeAll(where: \.isEmpty)
            return []
        }
        records.shown = { call, role in
            var data = schema.encodeForReading(role)
            let config = try role.source(call.clock, call.random).shown
            data["credential_config"] = config.isEmpty ? nil : .object(config)
            return data
        }
        return records
    }()

    static func key(_ name: String) -> StorageKey { StorageKey("role/" + name) }

    func source(_ clock: any WallClock, _ random: RandomSource) throws(EngineError) -> CredentialSource {
        try CredentialSource(credentialType, credentialConfig, clock: clock, random: random)
    }

    private static let synopsis = "Manage the roles that can be created with this backend."
    private static let nameHelp = ["name": "Name of the role."]

    static var paths: [Path] {
        [
            records.listPath("roles", synopsis: synopsis, idSuffix: "roles"),
            records.path(
                "roles/:name", noun: "a role", synopsis: synopsis,
                description: "Statements may hold {{name}}, {{username}}, {{expiration}} and what the role gives out: "
                    + "{{password}} or {{public_key}}. Values are escaped for the quotes that they stand in.",
                captures: nameHelp, idSuffix: "role"),
        ]
    }
}
