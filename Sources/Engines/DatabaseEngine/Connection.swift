internal import CofferBase
internal import CofferFramework
internal import CofferJSON

/// A configured database: `config/:name`.
struct Connection: Sendable {
    var pluginName = ""
    var pluginVersion = ""
    var allowedRoles: [String] = []
    var rootRotationStatements = TextList()
    var passwordPolicy = ""
    var verifies = true
    var rotation = RotationPlan()
    var isRotationDisabled = false
    /// The fields of the plugin, `username` and `password` among them.
    var details: JSONObject = [:]
    /// Counts changes, so that nobody works with a connection that was replaced.
    var revision: Int64 = 0
    /// When the root password was set, and when it is due for a new one; zero for never.
    var lastRotation: Int64 = 0
    var nextRotation: Int64 = 0

    static let schema = Schema<Connection>(
        { Connection() },
        [
            Field("plugin_name", \.pluginName, "The name of a database plugin, such as postgresql-database-plugin."),
            Field("plugin_version", \.pluginVersion, "The version of the plugin; leave it empty."),
            Field(
                "allowed_roles", \.allowedRoles,
                "The roles that may use this connection, with * for any characters; none when empty."),
            Field(
                "root_rotation_statements", \.rootRotationStatements,
                "Statements that set the password of the configured account."),
            Field("password_policy", \.passwordPolicy, "The password policy for new passwords."),
            Field("verify_connection", \.verifies, "Whether to connect before the configuration is stored."),
            Field("rotation_period", \.rotation.period, "How often the configured account gets a new password."),
            Field("rotation_schedule", \.rotation.schedule, "The same as a cron schedule in UTC."),
            Field("rotation_window", \.rotation.window, "How long after a scheduled time a rotation may begin."),
            Field("disable_automated_rotation", \.isRotationDisabled, "Whether period and schedule are at rest."),
        ])

    private static let stored = Schema<Connection>(
        { Connection() },
        schema.fields + [
            Field("connection_details", \.details, ""), Field("revision", \.revision, ""),
            Field("last_rotation", \.lastRotation, ""), Field("next_rotation", \.nextRotation, ""),
        ])

    func encoded() -> [UInt8] { JSON.object(Self.stored.encode(self)).serialized() }

    init() {}

    init(encoded bytes: [UInt8]) throws {
        guard let object = try? JSON.parseObject(bytes, limits: .trusted), let read = try? Self.stored.decode(object)
        else { throw DatabaseErrors.damaged }
        self = read
    }

    var username: String { details["username"]?.stringValue ?? "" }
    var password: String { details["password"]?.stringValue ?? "" }

    /// Takes the fields that were given; those that are not ours are the plugin's.
    mutating func merge(_ fields: JSONObject) throws {
        try Self.schema.merge(fields, into: &self)
        let ours = Set(Self.schema.descriptors.map(\.name) + ["name"])
        for member in fields.members where !ours.contains(member.key) { details[member.key] = member.value }
    }

    /// What a read may show of it: no secret of the plugin, and no password inside a URL.
    func shown(hiding secrets: Set<String>) -> JSONObject {
        var shown = JSONObject()
        for member in details.members where member.key != "password" && !secrets.contains(member.key) {
            let isURL = member.key == "connection_url"
            shown[member.key] = isURL ? .string(ConnectionURL.redacted(member.value.stringValue ?? "")) : member.value
        }
        var data: JSONObject = [
            "plugin_name": .string(pluginName), "plugin_version": .string(pluginVersion),
            "connection_details": .object(shown), "allowed_roles": .strings(allowedRoles),
            "root_credentials_rotate_statements": rootRotationStatements.wire,
            "password_policy": .string(passwordPolicy), "verify_connection": .bool(verifies),
            "rotation_period": rotation.period.wire, "rotation_schedule": .string(rotation.schedule),
            "rotation_window": rotation.window.wire, "disable_automated_rotation": .bool(isRotationDisabled),
        ]
        if lastRotation > 0 {
            data["last_vault_rotation"] = .string(Timestamp(nanoseconds: lastRotation).rfc3339)
        }
        return data
    }

    func allows(_ role: String) -> Bool { allowedRoles.contains { Glob($0).matches(role) } }
}
