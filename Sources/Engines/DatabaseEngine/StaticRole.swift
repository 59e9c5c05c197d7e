internal import CofferBase
internal import CofferFramework
internal import CofferJSON
internal import CofferStorage

/// An account that exists in the database, whose password is ours: `static-roles/:name`.
struct StaticRole: Sendable {
    var connection = ""
    var username = ""
    var rotationStatements = TextList()
    var rotation = RotationPlan()
    var credentialType = CredentialType.password
    var credentialConfig: [String: String] = [:]
    /// Empty until one is known.
    var password = ""
    /// Zero until we have set one.
    var lastRotation: Int64 = 0
    var nextRotation: Int64 = 0

    static let wire = Schema<StaticRole>(
        { StaticRole() },
        [
            Field("db_name", \.connection, "Name of the database connection this role acts on."),
            Field("username", \.username, "Name of the account, which exists already."),
            Field("rotation_statements", \.rotationStatements, "Statements that set a password; the usual ones."),
            Field("rotation_period", \.rotation.period, "How often the account gets a new password."),
            Field("rotation_schedule", \.rotation.schedule, "The same as a cron schedule in UTC."),
            Field("rotation_window", \.rotation.window, "How long after a scheduled time a rotation may begin."),
            Field("credential_type", \.credentialType, "What is given out; password."),
            Field("credential_config", \.credentialConfig, "password_policy, instead of the connection's."),
        ])

    static let stored = Schema<StaticRole>(
        { StaticRole() },
        wire.fields + [
            Field("password", \.password, ""), Field("last_rotation", \.lastRotation, ""),
            Field("next_rotation", \.nextRotation, ""),
        ])

    static func key(_ name: String) -> StorageKey { StorageKey("static-role/" + name) }

    static func load(_ name: String, from storage: StorageView) async throws -> StaticRole? {
        try await WriteAhead.load(key(name), stored, from: storage)
    }

    func encoded() -> [UInt8] { WriteAhead.encoded(self, Self.stored) }

    var passwordPolicy: String { credentialConfig["password_policy"] ?? "" }

    /// The part of an answer that says when the password changes.
    private func addRotation(to data: inout JSONObject) {
        if rotation.schedule.isEmpty {
            data["rotation_period"] = rotation.period.wire
        } else {
            data["rotation_schedule"] = .string(rotation.schedule)
            if rotation.window > .zero { data["rotation_window"] = rotation.window.wire }
        }
        if lastRotation > 0 { data["last_vault_rotation"] = .string(Timestamp(nanoseconds: lastRotation).rfc3339) }
    }

    func shown() -> JSONObject {
        var data: JSONObject = [
            "db_name": .string(connection), "username": .string(username),
            "rotation_statements": rotationStatements.wire, "credential_type": credentialType.wire,
        ]
        if !credentialConfig.isEmpty { data["credential_config"] = credentialConfig.wire }
        addRotation(to: &data)
        return data
    }

    func credentials(at now: Timestamp) -> JSONObject {
        let left = max(Timestamp(nanoseconds: nextRotation) - now, .zero)
        var data: JSONObject = [
            "username": .string(username), "password": .string(password),
            "ttl": .int((left + .milliseconds(500)).wholeSeconds),
        ]
        addRotation(to: &data)
        return data
    }
}
