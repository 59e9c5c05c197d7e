internal import CofferStorage
internal import PostgresClient

/// Opens connections to the one database, all with the same settings.
struct PostgresConnector: Sendable {
    private let settings: PostgresSettings
    /// What is asked of each server before it is used; nil: nothing yet.
    private var check: PostgresIdentityCheck?

    static let connectLimit: Duration = .seconds(5)

    init(url: String) throws(StorageOpenError) {
        do throws(PostgresFailure) {
            var settings = try PostgresSettings(url)
            for (keyword, value) in Self.defaults where settings[keyword] == nil { settings[keyword] = value }
            self.settings = settings
        } catch {
            throw StorageOpenError("postgresql: connection_url: \(error.text)")
        }
    }

    /// A server that has gone is noticed in seconds, and one that only follows another is not used.
    private static let defaults = [
        ("application_name", "coffer"), ("keepalives", "1"), ("keepalives_idle", "5"), ("keepalives_interval", "2"),
        ("keepalives_count", "3"), ("tcp_user_timeout", "5000"), ("target_session_attrs", "read-write"),
    ]

    /// The same, for a storage that has been opened.
    func checking(_ check: PostgresIdentityCheck) -> PostgresConnector {
        var copy = self
        copy.check = check
        return copy
    }

    /// - Throws: also when another server answers than the one that was in use, or one that is behind it.
    func connect(within limit: Duration = connectLimit) throws(PostgresFailure) -> sending PostgresLink {
        guard let check else { return try PostgresLink(settings, within: limit) }
        let link = try PostgresLink(settings, within: limit)
        try check.require(link, within: limit)
        return link
    }
}

/// What a transaction sets for itself. Nothing is set for the session, which may be shared (rule E11).
enum PostgresTransaction {
    /// Milliseconds. A client that is frozen in the middle must not hold locks for long (rule E13).
    struct Limits {
        var idle = 2000
        var statement = 5000
        var lock = 0
    }

    /// READ COMMITTED: every statement sees what was committed before it, and so what was committed before the
    /// lock of the statement before it was granted.
    static func begin(_ limits: Limits = Limits()) -> [PostgresStatement] {
        [
            PostgresStatement("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"),
            PostgresStatement(
                """
                SELECT set_config('idle_in_transaction_session_timeout', '\(limits.idle)', true),
                set_config('statement_timeout', '\(limits.statement)', true),
                set_config('lock_timeout', '\(limits.lock)', true),
                set_config('tcp_user_timeout', '5000', true),
                set_config('synchronous_commit', CASE current_setting('synchronous_commit')
                WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, true)
                """),
        ]
    }

    static let commit = PostgresStatement("COMMIT")
    static let rollback = PostgresStatement("ROLLBACK")
}

extension PostgresLink {
    /// Leaves a transaction that failed; false when the connection is of no use any more.
    func abandonTransaction(after failure: PostgresFailure?) -> Bool {
        // One that is lost would only be waited for once more.
        if failure?.kind == .unreachable { return false }
        return runTogether([PostgresTransaction.rollback], within: .seconds(2)).failure == nil
    }
}
