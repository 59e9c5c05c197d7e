internal import CofferBase
internal import CofferStorage
internal import PostgresClient

/// What the writing thread knows: its connection, and the storage version that its next transaction starts from.
///
/// Only the leader writes, so it knows the version. Each transaction checks it and moves it on in the one row
/// that every writer changes; so two of them never overlap, also when an earlier connection was lost in the
/// middle of a commit.
struct PostgresWritingSession {
    let tables: PostgresTables
    let connector: PostgresConnector
    let health: StorageHealth
    let memory: PostgresMemory
    let fence: PostgresOptions.Fence
    private let keepsChanges: Bool
    private var link: PostgresLink?
    /// Nil: to be asked for.
    private var version: UInt64?

    /// Further attempts after a deadlock or a lost connection that had no effect.
    private static let attempts = 5
    private static let limit: Duration = .seconds(10)
    /// For a database that was away, until what waits is refused.
    private static let patience: Duration = .seconds(2)
    /// For finding out what became of a transaction.
    private static let resolutionLimit: Duration = .seconds(5)

    init(
        tables: PostgresTables, connector: PostgresConnector, health: StorageHealth, memory: PostgresMemory,
        fence: PostgresOptions.Fence, keepsChanges: Bool
    ) {
        self.tables = tables
        self.connector = connector
        self.health = health
        self.memory = memory
        self.fence = fence
        self.keepsChanges = keepsChanges
    }

    mutating func disconnect() { link = nil }

    /// After a transaction of another kind: what it left.
    mutating func start(from version: UInt64) { self.version = version }

    mutating func connection() throws(PostgresFailure) -> PostgresLink {
        if let link, link.isAlive { return link }
        link = nil
        let fresh = try connector.connect()
        link = fresh
        return fresh
    }

    /// Batches of one epoch, in one transaction; each is committed or refused by itself.
    mutating func commit(_ batches: [WriteBatch]) throws(StorageError) -> [Result<UInt64, StorageError>] {
        guard let epoch = batches.first?.epoch else { return [] }
        var attempt = 1
        while true {
            switch try write(batches, epoch) {
            case .done(let results): return results
            case .again where attempt < Self.attempts: attempt += 1
            case .again: throw .unavailable("the database did not let the transaction through")
            case .refused(let error) where batches.count == 1 || error == .fenced: throw error
            case .refused: return try batches.map { batch throws(StorageError) in try alone(batch) }
            }
        }
    }

    /// One batch that the database does not take must not harm the others.
    private mutating func alone(_ batch: WriteBatch) throws(StorageError) -> Result<UInt64, StorageError> {
        do throws(StorageError) {
            return try commit([batch])[0]
        } catch .fenced {
            throw .fenced
        } catch {
            return .failure(error)
        }
    }

    private enum Attempt {
        case done([Result<UInt64, StorageError>])
        /// Nothing was written.
        case refused(StorageError)
        case again
    }

    private mutating func write(_ batches: [WriteBatch], _ epoch: Epoch) throws(StorageError) -> Attempt {
        let start: UInt64
        if let version { start = version } else { start = try moveOn(epoch, within: Self.patience) }
        version = start
        let group = PostgresGroup(batches, after: start)
        let link: PostgresLink
        do throws(PostgresFailure) {
            link = try connection()
        } catch {
            throw health.report(error)
        }
        let opening = opening(group, epoch, link, from: start)
        guard let opening else { throw .fenced }
        let closing = closing(group, from: start)
        let statements = opening + group.statements(tables) + closing
        let outcome = link.runTogether(statements, within: Self.limit)
        guard let failure = outcome.failure else {
            version = group.lastVersion
            memory.saw(version: group.lastVersion, epoch: epoch.value)
            return .done(results(group, outcome.answers.dropFirst(opening.count).dropLast(closing.count)))
        }
        if failure.kind == .unreachable { return try settle(group, epoch, from: start, outcome, opening.count) }
        if !link.abandonTransaction(after: failure) { self.link = nil }
        if failure.isFailedCheck {
            // The checks are the last two statements before the entries: the epoch, then the version.
            if outcome.answers.count < opening.count - 1 { throw .fenced }
            version = nil
            return .again
        }
        return failure.isConflict ? .again : .refused(health.report(failure))
    }

    /// What comes after the entries of a group.
    private func closing(_ group: PostgresGroup, from start: UInt64) -> [PostgresStatement] {
        guard keepsChanges, group.hasChanges else { return [PostgresTransaction.commit] }
        return PostgresChanges(tables: tables).note(group.changedKeys, from: start, to: group.lastVersion)
            + [PostgresTransaction.commit]
    }

    private func results(
        _ group: PostgresGroup, _ answers: ArraySlice<PostgresRows>
    ) -> [Result<UInt64, StorageError>] {
        let conflicts = group.conflicts(answers)
        return group.versions.enumerated().map { conflicts.contains($0) ? .failure(.conflict) : .success($1) }
    }

    /// The connection was lost somewhere on the way (rule E10): the row with the version tells how far it came.
    private mutating func settle(
        _ group: PostgresGroup, _ epoch: Epoch, from start: UInt64, _ outcome: PostgresPipelineOutcome, _ opening: Int
    ) throws(StorageError) -> Attempt {
        link = nil
        version = nil
        let now: UInt64
        do throws(StorageError) {
            now = try moveOn(epoch, within: Self.resolutionLimit)
        } catch {
            if !group.hasChanges { throw error }
            throw .unknownOutcome("request outcome unknown: the connection was lost during a commit")
        }
        version = now
        let moved = now - start
        if moved % Self.stride == 0 { return .again }
        guard moved % Self.stride == group.lastVersion - start else {
            throw .unknownOutcome("request outcome unknown: somebody else has changed the storage version")
        }
        return .done(try confirmed(group))
    }

    /// A group that was committed while the answer was lost: which of its batches were refused, the entries tell.
    private mutating func confirmed(_ group: PostgresGroup) throws(StorageError) -> [Result<UInt64, StorageError>] {
        let outcome: PostgresPipelineOutcome
        do throws(PostgresFailure) {
            let select = PostgresStatement(
                "SELECT key, version FROM \(tables.entries) WHERE key = ANY ($1)", [.byteArray(group.witnesses)])
            outcome = try connection().runTogether([select], within: Self.limit)
        } catch {
            throw .unknownOutcome("request outcome unknown: the answer to a commit was lost")
        }
        let rows = outcome.answers.first ?? .none
        var stored: [StorageKey: UInt64] = [:]
        for row in 0..<rows.count {
            stored[StorageKey(bytes: rows.bytes(row) ?? [])] = rows.integer(row, 1).map { UInt64(clamping: $0) }
        }
        return group.verdicts(from: stored)
    }
}
