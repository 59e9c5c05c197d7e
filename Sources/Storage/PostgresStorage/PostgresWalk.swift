internal import CofferStorage
internal import PostgresClient

/// One pass over all entries inside one transaction that sees a single moment.
struct PostgresWalk {
    let tables: PostgresTables
    let connector: PostgresConnector
    let health: StorageHealth

    /// Entries in one answer: of at most 1 MiB each, and mostly of a few hundred bytes.
    private static let page = 64
    private static let limit: Duration = .seconds(30)

    /// Blocks; ends early when the storage is closed.
    func run(_ body: (StorageKey, [UInt8]) throws -> Void) throws -> (version: UInt64, epoch: Epoch) {
        try health.check()
        do {
            // A connection of its own, which goes with the transaction when this ends early.
            let link = try connector.connect()
            let moment = try begin(link)
            while true {
                let rows = try one(link, "FETCH FORWARD \(Self.page) FROM coffer_walk")
                for row in 0..<rows.count {
                    try health.check()
                    try body(StorageKey(bytes: rows.bytes(row) ?? []), rows.bytes(row, 1) ?? [])
                }
                if rows.count < Self.page { break }
            }
            _ = try one(link, "ROLLBACK")
            return moment
        } catch let failure as PostgresFailure {
            throw health.report(failure)
        }
    }

    /// The reader may take its time: it holds no lock that anybody waits for.
    private func begin(_ link: PostgresLink) throws(PostgresFailure) -> (version: UInt64, epoch: Epoch) {
        let outcome = link.runTogether(
            [
                PostgresStatement("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
                PostgresStatement("SELECT set_config('idle_in_transaction_session_timeout', '0', true)"),
                PostgresStatement("SELECT version, epoch FROM \(tables.meta) WHERE id = 1"),
                PostgresStatement(
                    "DECLARE coffer_walk NO SCROLL CURSOR FOR SELECT key, value FROM \(tables.entries) ORDER BY key"),
            ], within: Self.limit)
        if let failure = outcome.failure { throw failure }
        let moment = outcome.answers[2]
        return (UInt64(clamping: moment.integer(0) ?? 0), Epoch(UInt64(clamping: moment.integer(0, 1) ?? 0)))
    }

    private func one(_ link: PostgresLink, _ sql: String) throws(PostgresFailure) -> PostgresRows {
        let outcome = link.runTogether([PostgresStatement(sql)], within: Self.limit)
        if let failure = outcome.failure { throw failure }
        return outcome.answers[0]
    }
}
