internal import CofferBase
internal import CofferStorage
internal import Glibc
internal import PostgresClient

/// The one place that opens a transaction which writes entries (contract rule E3).
extension PostgresWritingSession {
    /// By how much `moveOn` raises the version: more than a group does, so that the two are told apart.
    static let stride: UInt64 = 1024

    /// What comes before the entries of a group. Nil: the unsafe fence found that this node does not lead.
    func opening(
        _ group: PostgresGroup, _ epoch: Epoch, _ link: PostgresLink, from start: UInt64
    ) -> [PostgresStatement]? {
        switch fence {
        case .lockThenCheck:
            return fenced(epoch) + [
                group.hasChanges ? moveVersion(from: start, to: group.lastVersion) : checkVersion(start)
            ]
        case .checkThenWrite(let pause):
            guard link.runTogether([checkEpoch(epoch)], within: .seconds(5)).failure == nil else { return nil }
            usleep(pause)
            return PostgresTransaction.begin() + [
                PostgresStatement(
                    "UPDATE \(tables.meta) SET version = greatest(version, $1) WHERE id = 1",
                    [.integer(Int64(clamping: group.lastVersion))])
            ]
        }
    }

    /// The lock drains the writers of a leader that is being deposed, and the check comes after it, as a later
    /// statement: one of the same statement would look at what was true before it waited for the lock.
    private func fenced(_ epoch: Epoch) -> [PostgresStatement] {
        PostgresTransaction.begin() + [
            PostgresStatement("SELECT pg_advisory_xact_lock_shared(\(tables.lock))"), checkEpoch(epoch),
        ]
    }

    /// Fails, and with it everything after it, when another epoch has begun.
    private func checkEpoch(_ epoch: Epoch) -> PostgresStatement {
        PostgresStatement(
            "SELECT 1 / (SELECT count(*) FROM \(tables.leader) WHERE id = 1 AND epoch = $1)",
            [.integer(Int64(clamping: epoch.value))])
    }

    /// Also holds the row until the end: every writer changes it.
    private func moveVersion(from start: UInt64, to end: UInt64) -> PostgresStatement {
        PostgresStatement(
            """
            WITH moved AS (UPDATE \(tables.meta) SET version = $1 WHERE id = 1 AND version = $2 RETURNING 1)
            SELECT 1 / (SELECT count(*) FROM moved)
            """, [.integer(Int64(clamping: end)), .integer(Int64(clamping: start))])
    }

    private func checkVersion(_ version: UInt64) -> PostgresStatement {
        PostgresStatement(
            "SELECT 1 / (SELECT count(*) FROM \(tables.meta) WHERE id = 1 AND version = $1)",
            [.integer(Int64(clamping: version))])
    }

    /// Raises the version and returns it. A transaction that is still on its way from a lost connection starts
    /// from the old one, and so can no longer be committed.
    mutating func moveOn(_ epoch: Epoch, within limit: Duration) throws(StorageError) -> UInt64 {
        let deadline = Deadline(in: limit)
        while true {
            let failure: PostgresFailure
            do throws(PostgresFailure) {
                return try moveOnOnce(epoch)
            } catch {
                failure = error
            }
            if failure.isFailedCheck { throw .fenced }
            guard failure.kind == .unreachable || failure.isConflict, !deadline.hasPassed else {
                throw health.report(failure)
            }
            disconnect()
            Pause.brief()
        }
    }

    private mutating func moveOnOnce(_ epoch: Epoch) throws(PostgresFailure) -> UInt64 {
        let seen = memory.mark
        let link = try connection()
        let statements =
            fenced(epoch) + [
                PostgresStatement(
                    "UPDATE \(tables.meta) SET version = version + \(Self.stride) WHERE id = 1 RETURNING version"),
                PostgresTransaction.commit,
            ]
        let outcome = link.runTogether(statements, within: .seconds(5))
        if let failure = outcome.failure {
            if !link.abandonTransaction(after: failure) { disconnect() }
            throw failure
        }
        guard let answer = outcome.answers.dropLast().last?.integer(0), answer >= 0 else {
            throw PostgresFailure(rejected: "the table \(tables.meta) has lost its row")
        }
        let moved = UInt64(answer)
        // Behind a pooler another server can be reached over the same connection.
        if let objection = seen?.objection(
            to: StorageMark(version: moved - min(moved, Self.stride), epoch: epoch.value))
        {
            throw PostgresFailure(rejected: PostgresMemory.text(objection))
        }
        memory.saw(version: moved)
        return moved
    }
}

/// Between two attempts, on a thread that may block.
enum Pause {
    static func brief() { usleep(100_000) }
    static func long() { usleep(1_000_000) }
}
