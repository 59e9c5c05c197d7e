internal import CofferBase
internal import CofferFramework
internal import CofferJSON
internal import PostgresClient
internal import SQLClient

/// The fields of a configuration that belong to PostgreSQL.
struct PostgresConfiguration: Sendable {
    var account = SQLAccount()
    var disablesEscaping = false
    var passwordAuthentication = ""
    var certificate = ""
    var privateKey = ""
    var isSelfManaged = false

    static let schema = Schema<PostgresConfiguration>(
        { PostgresConfiguration() },
        SQLAccount.fields(in: \.account, url: "URL or keyword=value pairs, with {{username}} and {{password}}.") + [
            Field("disable_escaping", \.disablesEscaping, "Take username and password as already escaped."),
            Field("password_authentication", \.passwordAuthentication, "password or scram-sha-256."),
            Field("tls_certificate", \.certificate, "PEM certificate of the client."),
            Field("private_key", \.privateKey, "PEM key of the client certificate.").secret,
            Field("self_managed", \.isSelfManaged, "Not supported."),
        ])

    /// - Throws: `.invalid` with what is missing.
    static func read(_ details: JSONObject) throws(DatabaseFailure) -> PostgresConfiguration {
        let configuration = try schema.read(details)
        try configuration.account.check()
        if configuration.isSelfManaged { throw DatabaseFailure(.invalid, "self_managed is not supported") }
        if !["", "password", "scram-sha-256"].contains(configuration.passwordAuthentication) {
            throw DatabaseFailure(.invalid, "password_authentication must be password or scram-sha-256")
        }
        if configuration.certificate.isEmpty != configuration.privateKey.isEmpty {
            throw DatabaseFailure(.invalid, "tls_certificate and private_key must be given together")
        }
        return configuration
    }
}

/// How to connect, and the files in memory that this refers to.
struct PostgresLogin: Sendable {
    private(set) var settings: PostgresSettings
    private var files: [MemoryFile] = []

    /// Stand for the account until the URL has been taken apart: then no character of a password needs escaping.
    private static let (usernameMark, passwordMark) = ("coffer-username-mark", "coffer-password-mark")

    init(_ configuration: PostgresConfiguration) throws(DatabaseFailure) {
        let (account, isEscaped) = (configuration.account, configuration.disablesEscaping)
        let url = Self.filled(
            account.url, "{{username}}", isEscaped ? account.username : Self.usernameMark,
            "{{password}}", isEscaped ? account.password : Self.passwordMark)
        do {
            settings = try PostgresSettings(url)
        } catch {
            throw DatabaseFailure(.invalid, error.text)
        }
        let (username, password) = (account.username, account.password)
        settings.mapValues { Self.filled($0, Self.usernameMark, username, Self.passwordMark, password) }
        try addFile("sslrootcert", account.authority)
        try addFile("sslcert", configuration.certificate)
        try addFile("sslkey", configuration.privateKey)
        // An authority that does not name the server would vouch for every server it has signed.
        if !account.authority.isEmpty, settings["sslmode"] != "verify-ca" { settings["sslmode"] = "verify-full" }
        settings["application_name"] = settings["application_name"] ?? "coffer"
    }

    /// The same server, as another account.
    func account(_ username: String, _ password: String) -> PostgresSettings {
        var other = settings
        other["user"] = username
        other["password"] = password
        return other
    }

    private mutating func addFile(_ keyword: String, _ text: String) throws(DatabaseFailure) {
        if text.isEmpty { return }
        guard let file = MemoryFile(text) else { throw DatabaseFailure(.invalid, "a certificate could not be kept") }
        files.append(file)
        settings[keyword] = file.path
    }

    private static func filled(
        _ text: String, _ first: String, _ firstValue: String, _ second: String, _ secondValue: String
    ) -> String {
        text.split(separator: first, omittingEmptySubsequences: false)
            .map { $0.split(separator: second, omittingEmptySubsequences: false).joined(separator: secondValue) }
            .joined(separator: firstValue)
    }
}
