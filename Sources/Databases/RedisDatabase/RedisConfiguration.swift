internal import CofferFramework
internal import CofferJSON
internal import RedisClient
internal import SQLClient

/// The fields of a configuration that belong to Redis.
struct RedisConfiguration: Sendable {
    var host = ""
    var port: Int64 = 0
    var username = ""
    var password = ""
    var usesTLS = false
    var skipsVerification = false
    var authority = ""
    var persistence = ""

    static let schema = Schema<RedisConfiguration>(
        { RedisConfiguration() },
        [
            Field("host", \.host, "Host of the server."), Field("port", \.port, "Port of the server."),
            Field("username", \.username, "Account that makes the users."),
            Field("password", \.password, "Its password.").secret,
            Field("tls", \.usesTLS, "Whether to connect with TLS."),
            Field("insecure_tls", \.skipsVerification, "Whether any certificate of the server will do."),
            Field("ca_cert", \.authority, "PEM certificates that the server's must come from."),
            Field("persistence_mode", \.persistence, "REWRITE or ACLFILE: how the server keeps users over a restart."),
        ])

    /// - Throws: `.invalid` with what is missing.
    static func read(_ details: JSONObject) throws(DatabaseFailure) -> RedisConfiguration {
        let configuration = try schema.read(details)
        if configuration.host.isEmpty { throw DatabaseFailure(.invalid, "host cannot be empty") }
        if configuration.username.isEmpty { throw DatabaseFailure(.invalid, "username cannot be empty") }
        if configuration.password.isEmpty { throw DatabaseFailure(.invalid, "password cannot be empty") }
        guard (1...65535).contains(configuration.port) else {
            throw DatabaseFailure(.invalid, "port must be a number from 1 to 65535")
        }
        guard ["", "NONE", "REWRITE", "ACLFILE"].contains(configuration.persistence.uppercased()) else {
            throw DatabaseFailure(.invalid, "persistence_mode must be NONE, REWRITE or ACLFILE")
        }
        return configuration
    }

    var settings: RedisSettings {
        var settings = RedisSettings()
        settings.host = host
        settings.port = Int(clamping: port)
        settings.username = username
        settings.password = password
        settings.usesTLS = usesTLS
        settings.skipsVerification = skipsVerification
        settings.authority = authority
        return settings
    }

    /// What makes a change of users outlive the server; nil for nothing.
    var persisting: [String]? {
        switch persistence.uppercased() {
        case "REWRITE": ["CONFIG", "REWRITE"]
        case "ACLFILE": ["ACL", "SAVE"]
        default: nil
        }
    }
}
