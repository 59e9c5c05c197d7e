internal import CofferBase
package import CofferFramework
package import CofferJSON

/// The fields that the configuration of every SQL database has: where it is, as whom, and how many connections.
package struct SQLAccount: Sendable {
    package var url = ""
    package var username = ""
    package var password = ""
    /// PEM; empty when the database need not prove who it is.
    package var authority = ""
    private var maximumOpen: Int64 = 0
    private var maximumIdle: Int64 = 0
    private var lifetime = Duration.zero
    private var authType = ""

    package init() {}

    private typealias Own = Field<SQLAccount>

    private static let fields: [Own] = [
        Own("username", \.username, "Account that makes the users."),
        Own("password", \.password, "Its password.").secret,
        Own("max_open_connections", \.maximumOpen, "Connections at the same time; 4 when not given."),
        Own("max_idle_connections", \.maximumIdle, "Connections kept open; as many as may be open."),
        Own("max_connection_lifetime", \.lifetime, "Age after which a connection is not used again."),
        Own("tls_ca", \.authority, "PEM certificates that the server's must come from."),
        Own("auth_type", \.authType, "Empty: cloud accounts are not supported."),
    ]

    /// The fields for a configuration that holds its account at `part`.
    /// - Parameter help: how `connection_url` is written.
    package static func fields<Record: Sendable>(
        in part: any WritableKeyPath<Record, SQLAccount> & Sendable, url help: String
    ) -> [Field<Record>] {
        ([Own("connection_url", \.url, help)] + fields).map { $0.within(part) }
    }

    /// - Throws: `.invalid` with what is missing.
    package func check() throws(DatabaseFailure) {
        if url.isEmpty { throw DatabaseFailure(.invalid, "connection_url cannot be empty") }
        if !authType.isEmpty {
            throw DatabaseFailure(.invalid, "auth_type is not supported: use username and password")
        }
    }

    package var limits: LinkLimits {
        var limits = LinkLimits()
        if maximumOpen > 0 { limits.open = Int(clamping: min(maximumOpen, 100)) }
        limits.idle = maximumIdle < 0 ? 0 : min(maximumIdle > 0 ? Int(clamping: maximumIdle) : limits.open, limits.open)
        limits.lifetime = lifetime
        return limits
    }
}

extension Schema {
    /// The plugin's own fields of a configuration.
    /// - Throws: `.invalid` with the name of a field that is of another type.
    package func read(_ details: JSONObject) throws(DatabaseFailure) -> Record {
        do {
            return try decode(details)
        } catch {
            throw DatabaseFailure(.invalid, error.text)
        }
    }
}
