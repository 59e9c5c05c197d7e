internal import CofferBase
internal import CofferFramework
internal import CofferJSON
internal import MariaDBClient
internal import SQLClient

/// The fields of a configuration that belong to MariaDB and MySQL.
struct MariaDBConfiguration: Sendable {
    var url = ""
    var username = ""
    var password = ""
    var maximumOpen: Int64 = 0
    var maximumIdle: Int64 = 0
    var lifetime = Duration.zero
    var authority = ""
    var certificateAndKey = ""
    var serverName = ""
    var skipsVerification = false
    var authType = ""

    static let schema = Schema<MariaDBConfiguration>(
        { MariaDBConfiguration() },
        [
            Field("connection_url", \.url, "As {{username}}:{{password}}@tcp(127.0.0.1:3306)/."),
            Field("username", \.username, "Account that makes the users."),
            Field("password", \.password, "Its password.").secret,
            Field("max_open_connections", \.maximumOpen, "Connections at the same time; 4 when not given."),
            Field("max_idle_connections", \.maximumIdle, "Connections kept open; as many as may be open."),
            Field("max_connection_lifetime", \.lifetime, "Age after which a connection is not used again."),
            Field("tls_ca", \.authority, "PEM certificates that the server's must come from."),
            Field("tls_certificate_key", \.certificateAndKey, "PEM certificate of the client and its key.").secret,
            Field("tls_server_name", \.serverName, "Not supported: the name is that of connection_url."),
            Field("tls_skip_verify", \.skipsVerification, "Whether any certificate of the server will do."),
            Field("auth_type", \.authType, "Empty: cloud accounts are not supported."),
        ])

    /// - Throws: `.invalid` with what is missing.
    static func read(_ details: JSONObject) throws(DatabaseFailure) -> MariaDBConfiguration {
        let configuration: MariaDBConfiguration
        do {
            configuration = try schema.decode(details)
        } catch {
            throw DatabaseFailure(.invalid, error.text)
        }
        if configuration.url.isEmpty { throw DatabaseFailure(.invalid, "connection_url cannot be empty") }
        if !configuration.authType.isEmpty {
            throw DatabaseFailure(.invalid, "auth_type is not supported: use username and password")
        }
        if !configuration.serverName.isEmpty { throw DatabaseFailure(.invalid, "tls_server_name is not supported") }
        return configuration
    }

    var limits: LinkLimits {
        var limits = LinkLimits()
        if maximumOpen > 0 { limits.open = Int(clamping: min(maximumOpen, 100)) }
        limits.idle = maximumIdle < 0 ? 0 : min(maximumIdle > 0 ? Int(clamping: maximumIdle) : limits.open, limits.open)
        limits.lifetime = lifetime
        return limits
    }

    /// Account and password replace their marks after the URL was taken apart, so that no character of them counts.
    func settings() throws(DatabaseFailure) -> MariaDBSettings {
        guard var settings = MariaDBSettings(url) else {
            throw DatabaseFailure(.invalid, "connection_url cannot be read; write user:password@tcp(host:port)/")
        }
        if settings.user == "{{username}}" { settings.user = username }
        if settings.password == "{{password}}" { settings.password = password }
        if !authority.isEmpty {
            settings.authority = try Self.file(authority)
            settings.tls = .verified
        }
        if !certificateAndKey.isEmpty {
            settings.certificate = try Self.file(certificateAndKey)
            if settings.tls == .off { settings.tls = .verified }
        }
        if skipsVerification && settings.tls == .verified { settings.tls = .unverified }
        return settings
    }

    private static func file(_ text: String) throws(DatabaseFailure) -> MemoryFile {
        guard let file = MemoryFile(text) else { throw DatabaseFailure(.invalid, "a certificate could not be kept") }
        return file
    }
}
