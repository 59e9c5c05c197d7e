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
    var credentialType = DatabaseCredential.Kind.password.rawValue
    var credentialConfig: [String: String] = [:]
    /// The password, or PEM of the private key; empty until one is known.
    var secret = ""
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
            Field("credential_type", \.credentialType, "What is given out: password, rsa_private_key."),
            Field("credential_config", \.credentialConfig, "How it is made."),
        ])

    static let stored = Schema<StaticRole>(
        { StaticRole() },
        wire.fields + [
            Field("password", \.secret, ""), Field("last_rotation", \.lastRotation, ""),
            Field("next_rotation", \.nextRotation, ""),
        ])

    static func key(_ name: String) -> StorageKey { StorageKey("static-role/" + name) }

    static func load(_ name: String, from storage: StorageView) async throws -> StaticRole? {
        try await WriteAhead.load(key(name), stored, from: storage)
    }

    func encoded() -> [UInt8] { WriteAhead.encoded(self, Self.stored) }

    /// - Throws: for certificates too: they end by themselves, so there is nothing to change.
    func source(_ context: EngineContext) throws(EngineError) -> CredentialSource {
        let source = try CredentialSource(
            credentialType, credentialConfig, clock: context.clock, random: context.random)
        if source.kind == .clientCertificate { throw DatabaseErrors.unsupportedCredential(source.kind) }
        return source
    }

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

    func shown(_ source: CredentialSource) -> JSONObject {
        var data: JSONObject = [
            "db_name": .string(connection), "username": .string(username),
            "rotation_statements": rotationStatements.wire, "credential_type": .string(credentialType),
        ]
        if !source.shown.isEmpty { data["credential_config"] = .object(source.shown) }
        addRotation(to: &data)
        return data
    }

    func credentials(at now: Timestamp) -> JSONObject {
        let left = max(Timestamp(nanoseconds: nextRotation) - now, .zero)
        var data: JSONObject = [
            "username": .string(username), credentialType: .string(secret),
            "ttl": .int((left + .milliseconds(500)).wholeSeconds),
        ]
        addRotation(to: &data)
        return data
    }
}
