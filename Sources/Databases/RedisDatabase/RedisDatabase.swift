package import CofferBase
package import CofferFramework
internal import CofferJSON
internal import RedisClient
internal import SQLClient

extension RedisLink: DatabaseLink {}

/// Redis and Valkey: users of the ACL.
package struct Redis: DatabasePlugin {
    package static let kind = DatabaseKind(
        plugins: [
            .init("redis-database-plugin", usernameTemplate: usernames),
            .init("valkey-database-plugin", usernameTemplate: usernames),
        ]
    ) { (details) throws(DatabaseFailure) in Redis(try RedisConfiguration.read(details)) }

    private static let usernames =
        "{{ printf \"V_%s_%s_%s_%s\" (.DisplayName | truncate 64) (.RoleName | truncate 64) (random 20) (unix_time) "
        + "| truncate 128 | replace \"-\" \"_\" | replace \".\" \"_\" | uppercase }}"

    private static let readAnything = ["~*", "+@read"]

    private let pool: LinkPool<RedisLink>
    private let settings: RedisSettings
    private let persisting: [String]?

    init(_ configuration: RedisConfiguration) {
        let settings = configuration.settings
        self.settings = settings
        persisting = configuration.persisting
        pool = LinkPool(LinkLimits()) { () throws(DatabaseFailure) in try Self.connect(settings) }
    }

    private static func connect(_ settings: RedisSettings) throws(DatabaseFailure) -> sending RedisLink {
        do {
            return try RedisLink(settings)
        } catch {
            throw DatabaseFailure(error)
        }
    }

    package func verify() async throws(DatabaseFailure) {
        try await session { (link) throws(RedisFailure) in try link.run(["PING"]) }
    }

    /// The statements are rules of the ACL, one or several in each text.
    package func createUser(_ user: NewDatabaseUser) async throws(DatabaseFailure) {
        let given = user.statements.flatMap { $0.split(separator: " ").map(String.init) }
        let rules = given.isEmpty ? Self.readAnything : given
        // A rule that names a password, or switches passwords off, would open a second door.
        for rule in rules where rule.hasPrefix(">") || rule.hasPrefix("#") || rule == "nopass" {
            throw DatabaseFailure(.invalid, "creation statements may not set passwords")
        }
        // One command: it makes the whole user or none.
        let command = ["ACL", "SETUSER", user.username, "ON", ">" + (try Self.password(user.credential))] + rules
        try await changing { (link) throws(RedisFailure) in try link.run(command) }
    }

    package func changeCredential(
        of username: String, to credential: DatabaseCredential, statements: [String]
    ) async throws(DatabaseFailure) {
        let password = try Self.password(credential)
        try await changing { (link) throws(RedisFailure) in
            // SETUSER would make a user that is not there.
            if try link.run(["ACL", "GETUSER", username]) == .none {
                throw RedisFailure(.rejected, "there is no such user")
            }
            try link.run(["ACL", "SETUSER", username, "RESETPASS", ">" + password])
        }
    }

    package func changeExpiration(
        of username: String, to expiration: Timestamp, statements: [String]
    ) async throws(DatabaseFailure) {}

    package func deleteUser(_ username: String, statements: [String]) async throws(DatabaseFailure) {
        try await changing { (link) throws(RedisFailure) in try link.run(["ACL", "DELUSER", username]) }
    }

    private static func password(_ credential: DatabaseCredential) throws(DatabaseFailure) -> String {
        guard let password = credential.password else { throw DatabaseFailure(.invalid, "Redis knows only passwords") }
        return password
    }

    package func accepts(_ password: String, of username: String) async throws(DatabaseFailure) -> Bool {
        var other = settings
        (other.username, other.password) = (username, password)
        let account = other
        return try await pool.letsIn { () throws(DatabaseFailure) in _ = try Self.connect(account) }
    }

    private func changing(
        _ body: @escaping @Sendable (RedisLink) throws(RedisFailure) -> Void
    ) async throws(DatabaseFailure) {
        let persisting = persisting
        try await session { (link) throws(RedisFailure) in
            try body(link)
            if let persisting { try link.run(persisting) }
        }
    }

    private func session(
        _ body: @escaping @Sendable (RedisLink) throws(RedisFailure) -> Void
    ) async throws(DatabaseFailure) {
        try await pool.run { (link) throws(DatabaseFailure) in
            do throws(RedisFailure) {
                try body(link)
            } catch {
                throw DatabaseFailure(error)
            }
        }
    }
}

extension DatabaseFailure {
    init(_ failure: RedisFailure) {
        switch failure.kind {
        case .unreachable: self.init(.unreachable, failure.text)
        case .loginRefused: self.init(.loginRefused, failure.text)
        case .rejected: self.init(.rejected, failure.text)
        case .settings: self.init(.invalid, failure.text)
        }
    }
}
