package import CofferBase
package import CofferFramework
internal import CofferJSON
internal import MariaDBClient
internal import SQLClient

extension MariaDBLink: DatabaseLink {}

/// MariaDB and MySQL, under all names that Vault has for them.
package struct MariaDB: DatabasePlugin {
    package static let kind = DatabaseKind(
        plugins: [
            .init("mysql-database-plugin", usernameTemplate: usual),
            .init("mysql-aurora-database-plugin", usernameTemplate: short),
            .init("mysql-rds-database-plugin", usernameTemplate: short),
            .init("mysql-legacy-database-plugin", usernameTemplate: short),
        ],
        secretFields: ["tls_certificate_key"], credentials: [.password, .rsaPrivateKey, .clientCertificate]
    ) { (details) throws(DatabaseFailure) in try MariaDB(try MariaDBConfiguration.read(details)) }

    private static let usual =
        "{{ printf \"v-%s-%s-%s-%s\" (.DisplayName | truncate 10) (.RoleName | truncate 10) (random 20) (unix_time) "
        + "| truncate 32 }}"
    /// Servers before MySQL 5.7 take 16 characters.
    private static let short = "{{ printf \"v-%s-%s\" (.RoleName | truncate 4) (random 20) | truncate 16 }}"

    private let pool: LinkPool<MariaDBLink>
    private let settings: MariaDBSettings

    init(_ configuration: MariaDBConfiguration) throws(DatabaseFailure) {
        let settings = try configuration.settings()
        self.settings = settings
        pool = LinkPool(configuration.account.limits) { () throws(DatabaseFailure) in try Self.connect(settings) }
    }

    private static func connect(_ settings: MariaDBSettings) throws(DatabaseFailure) -> sending MariaDBLink {
        do {
            return try MariaDBLink(settings)
        } catch {
            throw DatabaseFailure(error)
        }
    }

    package func verify() async throws(DatabaseFailure) {
        try await session { (session) throws(MariaDBFailure) in try session.link.run("SELECT 1") }
    }

    package func createUser(_ user: NewDatabaseUser) async throws(DatabaseFailure) {
        if user.statements.isEmpty { throw DatabaseFailure(.invalid, "empty creation statements") }
        let values = try UserStatements.values(
            user.username, user.credential, expiration: Timestamp(seconds: user.expiration.seconds).rfc3339,
            for: user.statements + user.rollback)
        try await session { (session) throws(MariaDBFailure) in
            do throws(MariaDBFailure) {
                try session.run(user.statements, values)
            } catch {
                // Nothing takes a CREATE USER back by itself here.
                if user.rollback.isEmpty {
                    try? session.dropUser(user.username)
                } else {
                    try? session.run(user.rollback, values)
                }
                throw error
            }
        }
    }

    package func changeCredential(
        of username: String, to credential: DatabaseCredential, statements: [String]
    ) async throws(DatabaseFailure) {
        let usual = ["ALTER USER '{{username}}'@'%' IDENTIFIED BY '{{password}}'"]
        let statements = statements.isEmpty ? usual : statements
        let values = try UserStatements.values(username, credential, for: statements)
        try await session { (session) throws(MariaDBFailure) in try session.run(statements, values) }
    }

    package func changeExpiration(
        of username: String, to expiration: Timestamp, statements: [String]
    ) async throws(DatabaseFailure) {
        if statements.isEmpty { return }
        let text = Timestamp(seconds: expiration.seconds).rfc3339
        try await session { (session) throws(MariaDBFailure) in
            try session.run(statements, ["name": username, "username": username, "expiration": text])
        }
    }

    package func deleteUser(_ username: String, statements: [String]) async throws(DatabaseFailure) {
        try await session { (session) throws(MariaDBFailure) in
            if statements.isEmpty { return try session.dropUser(username) }
            do throws(MariaDBFailure) {
                try session.run(statements, ["name": username, "username": username])
            } catch {
                // What is not there any more is removed.
                let isGone = error.kind == .rejected && (try? session.hosts(of: username).isEmpty) == true
                if !isGone { throw error }
            }
        }
    }

    package func accepts(_ password: String, of username: String) async throws(DatabaseFailure) -> Bool {
        var other = settings
        (other.user, other.password) = (username, password)
        let account = other
        return try await pool.letsIn { () throws(DatabaseFailure) in _ = try Self.connect(account) }
    }

    private func session(
        _ body: @escaping @Sendable (MariaDBSession) throws(MariaDBFailure) -> Void
    ) async throws(DatabaseFailure) {
        try await pool.run { (link) throws(DatabaseFailure) in
            do throws(MariaDBFailure) {
                try body(MariaDBSession(link: link))
            } catch {
                throw DatabaseFailure(error)
            }
        }
    }
}

extension DatabaseFailure {
    init(_ failure: MariaDBFailure) {
        switch failure.kind {
        case .unreachable: self.init(.unreachable, failure.text)
        case .loginRefused: self.init(.loginRefused, failure.text)
        case .rejected: self.init(.rejected, failure.text)
        }
    }
}
