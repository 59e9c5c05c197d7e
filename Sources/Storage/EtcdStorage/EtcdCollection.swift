internal import CofferStorage
internal import EtcdClient

/// How far the search for keys that nothing refers to has come: after a take-over, since who led before may have
/// ended between writing pieces and referring to them; and again after many large values.
struct EtcdCollection {
    enum Stage: Sendable {
        case generations
        /// Pieces behind this key.
        case pieces(after: [UInt8])
    }

    var stage = Stage.generations
}

extension EtcdWritingSession {
    private static let page = 64

    /// One step of it, between two commits. What fails is tried again by whoever leads next.
    func collect() async {
        guard let found = collection, let position else { return }
        collection = nil
        do throws(StorageError) {
            switch found.stage {
            case .generations:
                try await collectGenerations(position.epoch)
                collection = EtcdCollection(stage: .pieces(after: []))
            case .pieces(let after):
                let next = try await collectPieces(after, position.epoch)
                collection = next.map { EtcdCollection(stage: .pieces(after: $0)) }
            }
        } catch {
            return
        }
    }

    /// Entries that were to take the place of all there are, or those whose place was taken.
    private func collectGenerations(_ epoch: UInt64) async throws(StorageError) {
        let generation = reader.generation
        for (all, kept) in [
            (layout.allEntries, layout.entries(generation)), (layout.allPieces, layout.pieces(generation)),
        ] {
            let sides = [(all, kept), (EtcdRange.upperBound(of: kept), EtcdRange.upperBound(of: all))]
            let operations = sides.filter { $0.0 != $0.1 }.map { EtcdOperation.delete(key: $0.0, end: $0.1) }
            try await remove(operations, epoch, generation)
        }
    }

    /// The last piece that was looked at; nil when there are no more.
    private func collectPieces(_ after: [UInt8], _ epoch: UInt64) async throws(StorageError) -> [UInt8]? {
        let generation = reader.generation
        let prefix = layout.pieces(generation)
        var range = EtcdRange(from: after.isEmpty ? prefix : after + [0], to: EtcdRange.upperBound(of: prefix))
        (range.limit, range.keysOnly) = (Self.page, true)
        guard let page = try await reader.page(range), let last = page.entries.last else { return nil }
        var orphans: [EtcdOperation] = []
        for piece in page.entries {
            guard let (id, key) = layout.parts(ofPiece: piece.key, generation) else { continue }
            if try await !refers(key, to: id, generation) { orphans.append(.delete(key: piece.key)) }
        }
        try await remove(orphans, epoch, generation)
        return page.hasMore ? last.key : nil
    }

    private func refers(
        _ key: StorageKey, to id: [UInt8], _ generation: EtcdGeneration
    ) async throws(StorageError) -> Bool {
        let entry = try await reader.page(EtcdRange(layout.entry(key, generation)))?.entries.first
        guard let entry, case .pieces(id, _, _)? = EtcdValue(entry.value) else { return false }
        return true
    }

    /// Only as the leader: a later one may be writing what would be removed.
    private func remove(
        _ operations: [EtcdOperation], _ epoch: UInt64, _ generation: EtcdGeneration
    ) async throws(StorageError) {
        if operations.isEmpty { return }
        let verdict = try await told(
            EtcdTransaction(
                [
                    .createRevision(of: layout.lock, epoch),
                    .modRevision(of: layout.generation, generation.revision),
                ], success: operations))
        if !verdict.succeeded { throw .fenced }
    }
}
