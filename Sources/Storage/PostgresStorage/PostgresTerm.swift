internal import CofferBase
internal import CofferStorage
internal import PostgresClient
internal import Synchronization

/// Keeping, giving back and looking up leadership: on a connection of its own, so that it never waits behind
/// writes, and without the lock (contract rule E4).
final class PostgresTerm: Sendable {
    private let tables: PostgresTables
    private let connector: PostgresConnector
    private let health: StorageHealth
    private let memory: PostgresMemory
    private let link = Mutex<PostgresLink?>(nil)
    private let thread = BlockingPool(threads: 1)

    private static let limit: Duration = .seconds(2)

    init(tables: PostgresTables, connector: PostgresConnector, health: StorageHealth, memory: PostgresMemory) {
        self.tables = tables
        self.connector = connector
        self.health = health
        self.memory = memory
    }

    func renew(_ epoch: Epoch, _ candidate: Candidate, for time: Duration) async throws(StorageError) -> Bool {
        let update = PostgresStatement(
            """
            UPDATE \(tables.leader) SET valid_until = clock_timestamp() + $3 * interval '1 microsecond'
            WHERE id = 1 AND epoch = $1 AND holder = $2::text::uuid
            RETURNING (SELECT version FROM \(tables.meta) WHERE id = 1)
            """,
            [.integer(Int64(clamping: epoch.value)), .text(candidate.id), .integer(time.wholeNanoseconds / 1000)])
        let seen = memory.mark
        let rows = try await change(update)
        guard let version = rows.integer(0) else { return false }
        let now = StorageMark(version: UInt64(clamping: version), epoch: epoch.value)
        // Of an older copy no answer may be given any more; why is said when leadership is asked for.
        return seen?.objection(to: now) == nil
    }

    func release(_ epoch: Epoch, _ candidate: Candidate) async throws(StorageError) {
        let update = PostgresStatement(
            """
            UPDATE \(tables.leader) SET valid_until = clock_timestamp(), holder = NULL
            WHERE id = 1 AND epoch = $1 AND holder = $2::text::uuid
            """, [.integer(Int64(clamping: epoch.value)), .text(candidate.id)])
        _ = try await change(update)
    }

    func leader() async throws(StorageError) -> LeaderRecord? {
        let select = PostgresStatement(
            """
            SELECT l.epoch, l.holder::text, l.addr,
            ceil(extract(epoch FROM l.valid_until - clock_timestamp()) * 1000000)::bigint, m.version
            FROM \(tables.leader) l JOIN \(tables.meta) m ON m.id = 1 WHERE l.id = 1
            """)
        let rows = try await run([select]).first ?? .none
        // Who does not lead remembers too how far the storage had come.
        if let version = rows.integer(0, 4) { memory.saw(version: UInt64(clamping: version)) }
        guard let epoch = rows.integer(0), let id = rows.text(0, 1) else { return nil }
        let microseconds = rows.integer(0, 3) ?? 0
        return LeaderRecord(
            epoch: Epoch(UInt64(clamping: epoch)), candidate: Candidate(id: id, address: rows.text(0, 2) ?? ""),
            isCurrent: microseconds > 0, remaining: .microseconds(max(microseconds, 0)))
    }

    func close() {
        thread.shutdown()
        link.withLock { $0 = nil }
    }

    private func change(_ statement: PostgresStatement) async throws(StorageError) -> PostgresRows {
        var limits = PostgresTransaction.Limits()
        limits.statement = Int(Self.limit.components.seconds) * 1000
        let statements = PostgresTransaction.begin(limits) + [statement, PostgresTransaction.commit]
        return try await run(statements).dropLast().last ?? .none
    }

    private func run(_ statements: [PostgresStatement]) async throws(StorageError) -> [PostgresRows] {
        try health.check()
        let result: Result<[PostgresRows], StorageError>
        do {
            result = try await thread.run { [self] in
                link.withLock { link in
                    do throws(PostgresFailure) {
                        return .success(try Self.run(statements, &link, connector))
                    } catch {
                        return .failure(health.report(error))
                    }
                }
            }
        } catch {
            throw StorageHealth.closed
        }
        return try result.get()
    }

    private static func run(
        _ statements: [PostgresStatement], _ link: inout PostgresLink?, _ connector: PostgresConnector
    ) throws(PostgresFailure) -> [PostgresRows] {
        let open: PostgresLink
        if let kept = link, kept.isAlive { open = kept } else { open = try connector.connect(within: limit) }
        link = nil
        let outcome = open.runTogether(statements, within: limit)
        if let failure = outcome.failure {
            if open.abandonTransaction(after: failure) { link = open }
            throw failure
        }
        link = open
        return outcome.answers
    }
}
