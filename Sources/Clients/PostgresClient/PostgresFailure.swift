internal import CPostgres

/// What went wrong between us and PostgreSQL. Holds no statement and no connection string.
package struct PostgresFailure: Error, Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        /// Nobody answered, or not in time; what was sent may or may not have happened.
        case unreachable
        /// The server does not let this account in.
        case loginRefused
        /// The server refused a statement.
        case rejected
        /// The connection settings cannot be read.
        case settings
    }

    package let kind: Kind
    /// Five characters; empty when the failure is not the server's.
    package let sqlState: String
    package let text: String

    init(_ kind: Kind, _ text: String, sqlState: String = "") {
        self.kind = kind
        self.text = text
        self.sqlState = sqlState
    }
}

extension PostgresFailure {
    /// Another session changed the same rows at the same time; nothing was done, and another attempt may succeed.
    package var isConflict: Bool {
        // 40001 serialization failure, 40P01 deadlock; catalogue rows have no state of their own.
        ["40001", "40P01"].contains(sqlState) || (sqlState == "XX000" && text.contains("concurrently"))
    }

    /// A refusal of our own, before anything was sent.
    package init(rejected text: String) { self.init(.rejected, text) }
}

extension PostgresFailure {
    /// Before the first call of libpq, which is loaded only where it is needed.
    static func requireLibrary() throws(PostgresFailure) {
        if cpostgres_load() != 0 { return }
        throw PostgresFailure(.unreachable, "libpq is not installed on the server (Debian: libpq5)")
    }
}
