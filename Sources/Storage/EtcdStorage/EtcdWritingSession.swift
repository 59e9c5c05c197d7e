internal import CofferBase
internal import CofferStorage
internal import EtcdClient

/// What writes: one transaction after the other, each of which starts from where the one before ended.
///
/// Only the leader writes, so it knows the revision in which the key `meta` was written last. Each commit demands
/// that revision and writes the key; so one whose answer was lost cannot be applied any more once another was.
actor EtcdWritingSession {
    let layout: EtcdLayout
    let client: EtcdClient
    let reader: EtcdReader
    let health: StorageHealth
    let memory: EtcdMemory
    let options: EtcdOptions
    /// The epoch, and the revision of our last commit in it. Nil: to be asked for.
    var position: (epoch: UInt64, version: UInt64)?
    /// What is still to be looked for, if anything.
    var collection: EtcdCollection?
    private var marks: UInt64 = 0
    private let name: [UInt8]

    private static let attempts = 5
    /// For finding out what became of a transaction.
    private static let resolutionLimit: Duration = .seconds(5)

    init(
        layout: EtcdLayout, client: EtcdClient, reader: EtcdReader, health: StorageHealth, memory: EtcdMemory,
        options: EtcdOptions
    ) throws(RandomError) {
        self.layout = layout
        self.client = client
        self.reader = reader
        self.health = health
        self.memory = memory
        self.options = options
        name = try RandomSource.system.bytes(EtcdLayout.markSize - 8)
    }

    /// What no other commit leaves in `meta`, and what it says of itself to nodes that read.
    func nextMark(_ note: EtcdNote) -> [UInt8] {
        marks += 1
        return name + EtcdLayout.bytes(marks) + (options.keepsChanges ? note.encoded : [])
    }

    /// Sends a transaction that writes.
    func send(
        _ transaction: EtcdTransaction, isRepeatable: Bool = false
    ) async throws(EtcdFailure) -> EtcdVerdict {
        guard options.mayWrite() else { throw EtcdFailure(.unreachable, "the request was not sent") }
        return try await client.commit(transaction, isRepeatable: isRepeatable, within: options.callLimit)
    }

    /// Batches of one epoch, in one transaction; each is committed or refused by itself.
    func commit(_ batches: [EtcdBatch]) async -> [Result<UInt64, StorageError>] {
        do throws(StorageError) {
            if let failure = health.failure { throw failure }
            return try await commitTogether(batches)
        } catch {
            return batches.map { _ in .failure(error) }
        }
    }

    private func commitTogether(_ given: [EtcdBatch]) async throws(StorageError) -> [Result<UInt64, StorageError>] {
        var batches = given
        if batches.count == 1 { batches = [try await spilled(batches[0])] }
        for _ in 0..<Self.attempts {
            switch try await write(batches) {
            case .done(let results): return results
            case .again: continue
            case .refused(let error) where batches.count == 1: throw error
            case .refused:
                // One batch that etcd does not take must not harm the others.
                var results: [Result<UInt64, StorageError>] = []
                for batch in batches { results += await commit([batch]) }
                return results
            }
        }
        throw .unavailable("etcd did not let the transaction through")
    }

    private enum Attempt {
        case done([Result<UInt64, StorageError>])
        /// Nothing was written.
        case refused(StorageError)
        case again
    }

    private func write(_ batches: [EtcdBatch]) async throws(StorageError) -> Attempt {
        guard let epoch = batches.first?.epoch.value else { return .done([]) }
        let version = try await version(epoch)
        let note = EtcdNote(epoch: epoch, start: version, keys: batches.flatMap(\.written))
        var group = EtcdGroup(
            batches: batches, generation: reader.generation, mark: nextMark(note), layout: layout)
        if case .checkThenWrite(let pause) = options.fence {
            guard try await look().epoch == epoch else { throw .fenced }
            try? await Task.sleep(for: pause)
            group.isGuarded = false
        }
        try await checkExpectations(group)
        let verdict: EtcdVerdict
        do throws(EtcdFailure) {
            verdict = try await send(group.transaction(epoch: epoch, version: version))
        } catch {
            if !error.isAmbiguous { return .refused(health.report(error.storageError)) }
            return try await settle(group, epoch, version)
        }
        if verdict.succeeded {
            if group.hasChanges { moved(to: verdict.revision, epoch) }
            return .done(group.results(verdict, after: version))
        }
        return try refusal(verdict, epoch, version)
    }

    /// The guard did not hold, or what a large batch expects.
    private func refusal(_ verdict: EtcdVerdict, _ epoch: UInt64, _ version: UInt64) throws(StorageError) -> Attempt {
        guard verdict.entry(0)?.createRevision == epoch else { throw .fenced }
        guard let generation = EtcdGeneration(verdict.entry(2)), let meta = verdict.entry(1)?.modRevision,
            meta >= version
        else {
            // Older than what we know, or without what every commit leaves: what is remembered keeps us from leading it.
            position = nil
            throw .fenced
        }
        if generation != reader.generation {
            reader.use(generation)
            return .again
        }
        if meta == version { return .refused(.conflict) }
        position = nil
        return .again
    }

    func moved(to version: UInt64, _ epoch: UInt64) {
        position = (epoch, version)
        memory.saw(revision: version, version: version, epoch: epoch)
    }

    /// Where the next commit of this epoch starts from.
    private func version(_ epoch: UInt64) async throws(StorageError) -> UInt64 {
        if let position, position.epoch == epoch { return position.version }
        let sight = try await look()
        guard sight.epoch == epoch, sight.objection == nil else { throw .fenced }
        let touch = EtcdTransaction(
            [.createRevision(of: layout.lock, epoch)],
            success: [.put(key: layout.meta, value: nextMark(EtcdNote(epoch: epoch, start: 0)))])
        let verdict = try await told(touch, isRepeatable: true)
        if !verdict.succeeded { throw .fenced }
        moved(to: verdict.revision, epoch)
        return verdict.revision
    }

    /// As `send`, for transactions of which nobody needs to know more than that they failed.
    func told(
        _ transaction: EtcdTransaction, isRepeatable: Bool = false
    ) async throws(StorageError) -> EtcdVerdict {
        do throws(EtcdFailure) {
            return try await send(transaction, isRepeatable: isRepeatable)
        } catch {
            throw health.report(error.storageError)
        }
    }

    // MARK: commits whose answer was lost

    /// Finds out what became of a transaction, and makes sure that nothing more becomes of it (rule T7).
    private func settle(_ group: EtcdGroup, _ epoch: UInt64, _ version: UInt64) async throws(StorageError) -> Attempt {
        position = nil
        if !group.hasChanges { return .again }
        let mark = nextMark(EtcdNote(epoch: epoch, start: version))
        // Unless it is there already, `meta` is touched in its place: then it starts from what is past.
        let touch = EtcdTransaction(
            [.modRevision(of: layout.meta, version)], success: [.put(key: layout.meta, value: mark)],
            failure: [.range(EtcdRange(layout.meta))])
        let question = EtcdTransaction(
            [.value(of: layout.meta, group.mark)], success: [.range(EtcdRange(layout.meta))],
            failure: [.transaction(touch)])
        let guarded = EtcdTransaction([.createRevision(of: layout.lock, epoch)], success: [.transaction(question)])
        let verdict = try await patiently(guarded)
        guard verdict.succeeded, let answer = verdict.verdict(0) else { throw Self.unknown }
        if answer.succeeded, let version = answer.entry(0)?.modRevision {
            moved(to: version, epoch)
            return .done(try await confirmed(group, version))
        }
        guard let touched = answer.verdict(0) else { throw Self.unknown }
        if touched.succeeded {
            moved(to: verdict.revision, epoch)
            return .again
        }
        // An earlier try of this question, whose answer was lost as well.
        guard let meta = touched.entry(0), meta.value == mark else { throw Self.unknown }
        moved(to: meta.modRevision, epoch)
        return .again
    }

    private static let unknown = StorageError.unknownOutcome(
        "request outcome unknown: the answer to a commit was lost, and nobody can tell any more")

    /// Asks again for a while.
    private func patiently(_ transaction: EtcdTransaction) async throws(StorageError) -> EtcdVerdict {
        let deadline = Deadline(in: Self.resolutionLimit)
        while true {
            do throws(EtcdFailure) {
                return try await send(transaction, isRepeatable: true)
            } catch {
                if deadline.hasPassed || !options.mayWrite() { throw Self.unknown }
            }
            try? await Task.sleep(for: Self.pause)
        }
    }

    private static let pause: Duration = .milliseconds(100)

    /// A group that was committed while its answer was lost: which batches were refused, the entries tell.
    private func confirmed(
        _ group: EtcdGroup, _ version: UInt64
    ) async throws(StorageError) -> [Result<UInt64, StorageError>] {
        let versions = try await versions(of: group.witnesses, group.generation)
        return group.results(from: versions, version: version)
    }

    // MARK: large batches

    /// More expectations than a transaction holds are looked at before it. Nobody else writes meanwhile: the
    /// transaction would not find `meta` as it was.
    private func checkExpectations(_ group: EtcdGroup) async throws(StorageError) {
        guard group.batches.count == 1, group.batches[0].expected.count > EtcdNesting.comparisons else { return }
        let expected = group.batches[0].expected
        let found = try await versions(of: Array(expected.keys), group.generation)
        for (key, version) in expected where found[key, default: 0] != version { throw .conflict }
    }

    /// Versions of the entries that are there.
    private func versions(
        of keys: [StorageKey], _ generation: EtcdGeneration
    ) async throws(StorageError) -> [StorageKey: UInt64] {
        var versions: [StorageKey: UInt64] = [:]
        for start in stride(from: 0, to: keys.count, by: 100) {
            let part = keys[start..<min(start + 100, keys.count)]
            let reading = try await reader.now { generation in
                part.map { key in
                    var range = EtcdRange(layout.entry(key, generation))
                    range.keysOnly = true
                    return .range(range)
                }
            }
            guard reading.generation == generation else { throw .fenced }
            for (place, key) in part.enumerated() {
                if let entry = reading.verdict.entry(place) { versions[key] = entry.modRevision }
            }
        }
        return versions
    }
}
