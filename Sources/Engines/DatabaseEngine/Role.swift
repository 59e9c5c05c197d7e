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
    var credentialType = CredentialType.password
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
            Field("credential_type", \.credentialType, "What is given out; password."),
            Field("credential_config", \.credentialConfig, "password_policy, instead of the connection's."),
        ])

    static let records: Resource<Role> = {
        var records = Resource(schema, folder: "role/")
        records.validate = { call, role in
            if role.connection.isEmpty { throw DatabaseErrors.noDatabaseName }
            if try await call.storage.get(StaticRole.key(call.capture("name"))) != nil {
                throw DatabaseErrors.namesMustDiffer
            }
            role.revocation.texts.removeAll(where: \.isEmpty)
            return []
        }
        return records
    }()

    static func key(_ name: String) -> StorageKey { StorageKey("role/" + name) }

    /// Whose passwords are made by this policy; the connection's when it is empty.
    var passwordPolicy: String { credentialConfig["password_policy"] ?? "" }

    private static let synopsis = "Manage the roles that can be created with this backend."
    private static let nameHelp = ["name": "Name of the role."]

    static var paths: [Path] {
        let record = records.path(
            "roles/:name", noun: "a role", synopsis: synopsis, captures: nameHelp, idSuffix: "role")
        return [
            records.listPath("roles", synopsis: synopsis, idSuffix: "roles"),
            Path(
                "roles/:name", synopsis,
                description: "Statements may hold {{name}}, {{username}}, {{password}} and {{expiration}}; values are "
                    + "escaped for the quotes that they stand in.",
                captures: nameHelp, exists: record.exists,
                [Verb(.read, "read-role", "Read a role.", read)] + record.verbs.filter { $0.operation != .read }),
        ]
    }

    @Sendable private static func read(_ call: Call) async throws -> Reply {
        guard let role = try await records.load(call.capture("name"), from: call.storage) else {
            throw EngineError.notFound
        }
        var data = schema.encodeForReading(role)
        if role.credentialConfig.isEmpty { data["credential_config"] = nil }
        return .data(data)
    }
}

/// What a role gives out.
struct CredentialType: FieldValue, Equatable {
    private let name: String
    static let password = CredentialType(name: "password")
    static let fieldType = FieldType.string
    static let expectation = "password"

    private init(name: String) { self.name = name }

    /// Other kinds that Vault knows need plugins that are not there; none of them may be taken for a password.
    init?(wire: JSON) {
        guard let text = String(wire: wire), text.isEmpty || text == "password" else { return nil }
        self = .password
    }

    var wire: JSON { .string(name) }
}
