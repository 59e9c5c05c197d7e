internal import CofferBase
internal import CofferStorage
internal import EtcdClient

/// Everything out and everything in: the new entries are a generation that nothing names until the last commit, which
/// also ends whoever leads.
extension EtcdWritingSession {
    typealias Next = @Sendable () throws -> (key: StorageKey, value: [UInt8])?

    /// Entries that go into one request, and bytes of them.
    private static let part = (entries: 1000, bytes: 1 << 20)

    /// - Parameters:
    ///   - next: blocks, and so runs in `pool`.
    func replaceAll(with next: @escaping Next, maxEntrySize: Int, in pool: BlockingPool) async throws {
        let sight = try await look()
        guard let old = sight.generation else {
            throw StorageError.unavailable(EtcdMemory.text("the key `generation` is missing"))
        }
        let new = EtcdGeneration(unpublished: Array(Hex.encode(try newName()).utf8))
        // A new leader would remove what is being written here.
        let guards: [EtcdComparison] = [
            .createRevision(of: layout.lock, sight.epoch), .modRevision(of: layout.generation, old.revision),
        ]
        do {
            try await fill(new, guards, next, maxEntrySize, pool)
            try await publish(new, guards)
        } catch {
            if case StorageError.unknownOutcome = error { throw error }
            await clear(new)
            throw error
        }
        await clear(old)
    }

    private func fill(
        _ new: EtcdGeneration, _ guards: [EtcdComparison], _ next: @escaping Next, _ maxEntrySize: Int,
        _ pool: BlockingPool
    ) async throws {
        var isAtEnd = false
        while !isAtEnd {
            var batch = WriteBatch(epoch: Epoch(0))
            let entries = try await pool.run { try Self.take(next, maxEntrySize) }
            isAtEnd = entries.isEmpty
            for (key, value) in entries { batch.changes[key] = .put(value) }
            let part = try await spilled(EtcdBatch(batch), guards, new)
            let operations = EtcdNesting.packed(part.operations(layout, new))
            if operations.isEmpty { break }
            // Written twice it is the same.
            let verdict = try await told(EtcdTransaction(guards, success: operations), isRepeatable: true)
            if !verdict.succeeded { throw StorageError.fenced }
        }
    }

    private static func take(_ next: Next, _ maxEntrySize: Int) throws -> [(StorageKey, [UInt8])] {
        var (entries, size): ([(StorageKey, [UInt8])], Int) = ([], 0)
        while entries.count < part.entries, size < part.bytes, let (key, value) = try next() {
            if value.count > maxEntrySize { throw StorageError.tooLarge(limit: maxEntrySize) }
            entries.append((key, value))
            size += key.bytes.count + value.count + 100
        }
        return entries
    }

    private func publish(_ new: EtcdGeneration, _ guards: [EtcdComparison]) async throws {
        let value = EtcdGeneration.value(new.name)
        let switching = EtcdTransaction(
            guards,
            success: [
                .put(key: layout.generation, value: value), .put(key: layout.meta, value: nextMark(.beginning)),
                .delete(key: layout.lock),
            ])
        let verdict: EtcdVerdict
        do throws(EtcdFailure) {
            verdict = try await send(switching)
        } catch {
            if !error.isAmbiguous { throw health.report(error.storageError) }
            let now = try await look().generation
            guard now?.name == new.name else {
                throw StorageError.unknownOutcome("request outcome unknown: the answer to the replacement was lost")
            }
            position = nil
            return
        }
        if !verdict.succeeded { throw StorageError.fenced }
        position = nil
        memory.saw(revision: verdict.revision, version: verdict.revision)
    }

    /// What is not cleared is collected by the next leader.
    private func clear(_ generation: EtcdGeneration) async {
        let prefixes = [layout.entries(generation), layout.pieces(generation)]
        let operations = prefixes.map { EtcdOperation.delete(key: $0, end: EtcdRange.upperBound(of: $0)) }
        _ = try? await told(EtcdTransaction(success: operations), isRepeatable: true)
    }
}
