package import CofferBase
package import CofferFramework
internal import CofferJSON
internal import PostgresClient
internal import SQLClient

extension PostgresLink: DatabaseLink {}

/// PostgreSQL, and what speaks its protocol and its SQL.
package struct Postgres: DatabasePlugin {
    package static let kind = DatabaseKind(
        plugins: [
            .init(
                "postgresql-database-plugin",
                usernameTemplate: "{{ printf \"v-%s-%s-%s-%s\" (.DisplayName | truncate 8) (.RoleName | truncate 8) "
                    + "(random 20) (unix_time) | truncate 63 }}")
        ],
        secretFields: ["private_key"], credentials: [.password, .rsaPrivateKey, .clientCertificate]
    ) { (details) throws(DatabaseFailure) in try Postgres(try PostgresConfiguration.read(details)) }

    private static let connectTime: Duration = .seconds(5)

    private let pool: LinkPool<PostgresLink>
    private let login: PostgresLogin
    private let hashesPasswords: Bool

    init(_ configuration: PostgresConfiguration) throws(DatabaseFailure) {
        let login = try PostgresLogin(configuration)
        self.login = login
        hashesPasswords = configuration.passwordAuthentication == "scram-sha-256"
        pool = LinkPool(configuration.account.limits) { () throws(DatabaseFailure) in try Self.connect(login.settings) }
    }

    private static func connect(_ settings: PostgresSettings) throws(DatabaseFailure) -> sending PostgresLink {
        do {
            return try PostgresLink(settings, within: connectTime)
        } catch {
            throw DatabaseFailure(error)
        }
    }

    package func verify() async throws(DatabaseFailure) {
        try await session { (session) throws(PostgresFailure) in try session.run("SELECT 1") }
    }

    package func createUser(_ user: NewDatabaseUser) async throws(DatabaseFailure) {
        if user.statements.isEmpty { throw DatabaseFailure(.invalid, "empty creation statements") }
        // A longer name would be cut silently, and then nobody would find the user to remove it.
        if user.username.utf8.count > 63 {
            throw DatabaseFailure(.invalid, "PostgreSQL knows no names of more than 63 bytes")
        }
        let values = try UserStatements.values(
            user.username, user.credential, expiration: Self.text(user.expiration),
            for: user.statements + user.rollback)
        try await run(user.statements, values)
    }

    package func changeCredential(
        of username: String, to credential: DatabaseCredential, statements: [String]
    ) async throws(DatabaseFailure) {
        let usual = ["ALTER ROLE \"{{username}}\" WITH PASSWORD '{{password}}'"]
        let statements = statements.isEmpty ? usual : statements
        try await run(statements, try UserStatements.values(username, credential, for: statements))
    }

    package func changeExpiration(
        of username: String, to expiration: Timestamp, statements: [String]
    ) async throws(DatabaseFailure) {
        let statements =
            statements.isEmpty ? ["ALTER ROLE \"{{username}}\" VALID UNTIL '{{expiration}}'"] : statements
        try await run(
            statements, ["name": username, "username": username, "expiration": Self.text(expiration)])
    }

    package func deleteUser(_ username: String, statements: [String]) async throws(DatabaseFailure) {
        try await session { (session) throws(PostgresFailure) in
            let found = try session.run("SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = $1", [username])
            if found.isEmpty { return }
            if statements.isEmpty { return try session.dropRole(username) }
            try session.transaction { () throws(PostgresFailure) in
                try session.run(statements, ["name": username, "username": username])
            }
        }
    }

    package func accepts(_ password: String, of username: String) async throws(DatabaseFailure) -> Bool {
        let settings = login.account(username, password)
        return try await pool.letsIn { () throws(DatabaseFailure) in _ = try Self.connect(settings) }
    }

    /// All statements or none.
    private func run(_ statements: [String], _ values: [String: String]) async throws(DatabaseFailure) {
        try await session { (session) throws(PostgresFailure) in
            var values = values
            if let password = values["password"] {
                values["password"] = try session.stored(password, for: values["username"] ?? "")
            }
            let filling = values
            try session.transaction { () throws(PostgresFailure) in try session.run(statements, filling) }
        }
    }

    private func session(
        _ body: @escaping @Sendable (PostgresSession) throws(PostgresFailure) -> Void
    ) async throws(DatabaseFailure) {
        let hashesPasswords = hashesPasswords
        try await pool.run { (link) throws(DatabaseFailure) in
            do throws(PostgresFailure) {
                try body(PostgresSession(link: link, hashesPasswords: hashesPasswords))
            } catch {
                throw DatabaseFailure(error)
            }
        }
    }

    /// As Vault writes it: `2026-01-01 00:00:00+0000`.
    private static func text(_ time: Timestamp) -> String {
        let text = Timestamp(seconds: time.seconds).rfc3339
        return text.prefix(10) + " " + text.dropFirst(11).prefix(8) + "+0000"
    }
}

extension DatabaseFailure {
    init(_ failure: PostgresFailure) {
        switch failure.kind {
        case .unreachable: self.init(.unreachable, failure.text)
        case .loginRefused: self.init(.loginRefused, failure.text)
        case .rejected: self.init(.rejected, failure.text)
        case .settings: self.init(.invalid, failure.text)
        }
    }
}
