internal import CofferBase
internal import CofferStorage
internal import PostgresClient

/// Taking leadership: the exclusive lock drains the writers in flight, and blocks new ones (contract rule E2).
extension PostgresWritingSession {
    /// How long writers in flight are waited for. Then they are frozen, and their sessions are ended (rule E13).
    private static let drainLimit = 1000

    /// A new epoch, whoever leads.
    mutating func takeEpoch() throws(StorageError) -> Epoch {
        guard let epoch = try take(holder: "NULL, addr = '', valid_until = NULL", condition: "true", []) else {
            throw .unavailable("the table \(tables.leader) did not take a new epoch")
        }
        return epoch
    }

    /// A new epoch unless another node leads.
    mutating func acquire(_ candidate: Candidate, for time: Duration) throws(StorageError) -> Epoch? {
        try take(
            holder: "$1::text::uuid, addr = $2, valid_until = clock_timestamp() + $3 * interval '1 microsecond'",
            // Its own row: an earlier attempt was committed, and its answer lost.
            condition: "(l.holder IS NULL OR l.valid_until < clock_timestamp() OR l.holder = $1::text::uuid)",
            [.text(candidate.id), .text(candidate.address), .integer(time.wholeNanoseconds / 1000)])
    }

    private mutating func take(
        holder: String, condition: String, _ parameters: [PostgresValue]
    ) throws(StorageError) -> Epoch? {
        let result: Result<Epoch?, StorageError>
        do throws(PostgresFailure) {
            result = try takePatiently(holder, condition, parameters)
        } catch {
            throw health.report(error)
        }
        return try result.get()
    }

    private mutating func takePatiently(
        _ holder: String, _ condition: String, _ parameters: [PostgresValue]
    ) throws(PostgresFailure) -> Result<Epoch?, StorageError> {
        do throws(PostgresFailure) {
            return try takeOnce(holder, condition, parameters)
        } catch {
            guard error.isLockTimeout else { throw error }
        }
        try endHolders()
        return try takeOnce(holder, condition, parameters)
    }

    /// Ends sessions that hold the lock: their transactions have not been committed, and never will be.
    private mutating func endHolders() throws(PostgresFailure) {
        let outcome = try connection().runTogether(
            [
                PostgresStatement(
                    """
                    SELECT pg_terminate_backend(l.pid) FROM pg_locks l
                    JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
                    WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted AND l.pid <> pg_backend_pid()
                    AND (l.classid::bigint << 32) + l.objid::bigint = \(tables.lock)
                    """)
            ], within: .seconds(5))
        if let failure = outcome.failure { throw failure }
    }

    private mutating func takeOnce(
        _ holder: String, _ condition: String, _ parameters: [PostgresValue]
    ) throws(PostgresFailure) -> Result<Epoch?, StorageError> {
        let link = try connection()
        let identity = PostgresIdentityCheck.identity(of: link)
        var limits = PostgresTransaction.Limits()
        limits.lock = Self.drainLimit
        let opening =
            PostgresTransaction.begin(limits) + [
                PostgresStatement("SELECT pg_advisory_xact_lock(\(tables.lock))"), look,
            ]
        // In two round trips: what is seen under the lock decides whether it is taken.
        let seen = link.runTogether(opening, within: .seconds(5))
        if let failure = seen.failure {
            if !link.abandonTransaction(after: failure) { disconnect() }
            throw failure
        }
        if let objection = objection(seen.answers.last ?? .none, identity) {
            if !link.abandonTransaction(after: nil) { disconnect() }
            return .failure(.unavailable(objection))
        }
        let outcome = link.runTogether(
            [take(holder, condition, parameters), look, PostgresTransaction.commit], within: .seconds(5))
        if let failure = outcome.failure {
            if !link.abandonTransaction(after: failure) { disconnect() }
            throw failure
        }
        guard let epoch = outcome.answers[0].integer(0), let version = outcome.answers[1].integer(0) else {
            return .success(nil)
        }
        start(from: UInt64(clamping: version))
        memory.saw(version: UInt64(clamping: version), epoch: UInt64(clamping: epoch))
        return .success(Epoch(UInt64(clamping: epoch)))
    }

    private var look: PostgresStatement {
        PostgresStatement(
            "SELECT m.version, m.epoch, l.epoch FROM \(tables.meta) m LEFT JOIN \(tables.leader) l ON l.id = 1 WHERE m.id = 1"
        )
    }

    /// The epoch stands in both tables, so that one that was set back or deleted by hand is noticed.
    private func take(_ holder: String, _ condition: String, _ parameters: [PostgresValue]) -> PostgresStatement {
        PostgresStatement(
            """
            WITH taken AS (UPDATE \(tables.leader) l SET epoch = l.epoch + 1, holder = \(holder)
            FROM \(tables.meta) m WHERE l.id = 1 AND m.id = 1 AND l.epoch = m.epoch AND \(condition)
            RETURNING l.epoch),
            noted AS (UPDATE \(tables.meta) SET epoch = taken.epoch FROM taken WHERE id = 1)
            SELECT epoch FROM taken
            """, parameters)
    }

    private func objection(_ seen: PostgresRows, _ identity: String) -> String? {
        guard let version = seen.integer(0, 0), let noted = seen.integer(0, 1) else {
            return PostgresMemory.text("the table \(tables.meta) has lost its row")
        }
        guard let epoch = seen.integer(0, 2) else {
            return PostgresMemory.text("the table \(tables.leader) has lost its row")
        }
        guard epoch == noted else {
            return PostgresMemory.text("its epoch is \(epoch), and the tables say that \(noted) was given out")
        }
        return memory.objection(
            to: StorageMark(version: UInt64(clamping: version), epoch: UInt64(clamping: epoch), identity: identity))
    }
}
