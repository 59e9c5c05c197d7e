internal import CofferStorage
internal import PostgresClient

/// Whether a server is the one that was in use, and has everything that it had (contract rule E8).
///
/// Asked on each new connection: a replica that was promoted has the row of the leader too, and would let it lead on
/// as if nothing had been lost.
struct PostgresIdentityCheck: Sendable {
    let tables: PostgresTables
    let memory: PostgresMemory

    func require(_ link: PostgresLink, within limit: Duration) throws(PostgresFailure) {
        // What is seen from now on may be newer than what this server is asked for.
        guard let seen = memory.mark else { return }
        let outcome = link.runTogether(
            [PostgresStatement("SELECT version, epoch FROM \(tables.meta) WHERE id = 1")] + Self.questions,
            within: limit)
        guard let found = outcome.answers.first, let version = found.integer(0), let epoch = found.integer(0, 1) else {
            throw outcome.failure ?? PostgresFailure(rejected: "the table \(tables.meta) has lost its row")
        }
        let now = StorageMark(
            version: UInt64(clamping: version), epoch: UInt64(clamping: epoch),
            identity: Self.text(outcome.answers.dropFirst()))
        if let objection = seen.objection(to: now) { throw PostgresFailure(rejected: PostgresMemory.text(objection)) }
    }

    /// The database and the line of its history: both change when another server takes its place. Empty when the
    /// account may not ask.
    static func identity(of link: PostgresLink) -> String {
        text(link.runTogether(questions, within: .seconds(5)).answers[...])
    }

    private static let questions = [
        PostgresStatement("SELECT system_identifier::text FROM pg_control_system()"),
        PostgresStatement("SELECT left(pg_walfile_name(pg_current_wal_lsn()), 8)"),
    ]

    private static func text(_ answers: ArraySlice<PostgresRows>) -> String {
        guard let system = answers.first?.text(0), let timeline = answers.dropFirst().first?.text(0) else { return "" }
        return "system \(system), timeline \(timeline)"
    }
}
