internal import CofferBase
internal import CofferFramework
internal import CofferJSON
internal import MariaDBClient
internal import SQLClient

/// The fields of a configuration that belong to MariaDB and MySQL.
struct MariaDBConfiguration: Sendable {
    var account = SQLAccount()
    var certificateAndKey = ""
    var serverName = ""
    var skipsVerification = false

    static let schema = Schema<MariaDBConfiguration>(
        { MariaDBConfiguration() },
        SQLAccount.fields(in: \.account, url: "As {{username}}:{{password}}@tcp(127.0.0.1:3306)/.") + [
            Field("tls_certificate_key", \.certificateAndKey, "PEM certificate of the client and its key.").secret,
            Field("tls_server_name", \.serverName, "Not supported: the name is that of connection_url."),
            Field("tls_skip_verify", \.skipsVerification, "Whether any certificate of the server will do."),
        ])

    /// - Throws: `.invalid` with what is missing.
    static func read(_ details: JSONObject) throws(DatabaseFailure) -> MariaDBConfiguration {
        let configuration = try schema.read(details)
        try configuration.account.check()
        if !configuration.serverName.isEmpty { throw DatabaseFailure(.invalid, "tls_server_name is not supported") }
        return configuration
    }

    /// Account and password replace their marks after the URL was taken apart, so that no character of them counts.
    func settings() throws(DatabaseFailure) -> MariaDBSettings {
        guard var settings = MariaDBSettings(account.url) else {
            throw DatabaseFailure(.invalid, "connection_url cannot be read; write user:password@tcp(host:port)/")
        }
        if settings.user == "{{username}}" { settings.user = account.username }
        if settings.password == "{{password}}" { settings.password = account.password }
        if !account.authority.isEmpty {
            settings.authority = try Self.file(account.authority)
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
