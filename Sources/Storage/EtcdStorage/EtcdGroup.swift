internal import CofferStorage
internal import EtcdClient

/// Batches of one transaction: each in a transaction inside it, with what it expects, so that a conflict of one harms
/// no other. No two of them touch an entry that one of them writes.
///
/// The guard stands in front: the leader's key, made in the revision that is the epoch; the key that every commit
/// touches, as this process left it; and the generation.
struct EtcdGroup {
    let batches: [EtcdBatch]
    let generation: EtcdGeneration
    /// What the commit leaves in the key that every commit touches.
    let mark: [UInt8]
    let layout: EtcdLayout
    /// False for the fence that a test must catch.
    var isGuarded = true

    var hasChanges: Bool { batches.contains { $0.hasChanges } }
    /// One batch of many operations, whose expectations are the transaction's own.
    private var isLarge: Bool { batches.count == 1 && !batches[0].isSmall }

    func transaction(epoch: UInt64, version: UInt64) -> EtcdTransaction {
        var comparisons: [EtcdComparison] =
            isGuarded
            ? [
                .createRevision(of: layout.lock, epoch), .modRevision(of: layout.meta, version),
                .modRevision(of: layout.generation, generation.revision),
            ] : []
        var success: [EtcdOperation] = hasChanges ? [.put(key: layout.meta, value: mark)] : []
        if isLarge {
            if batches[0].expected.count <= EtcdNesting.comparisons {
                comparisons += batches[0].comparisons(layout, generation)
            }
            success += EtcdNesting.packed(batches[0].operations(layout, generation))
        } else {
            success += batches.filter { !$0.isEmpty }.map { batch in
                .transaction(
                    EtcdTransaction(
                        batch.comparisons(layout, generation), success: batch.operations(layout, generation)))
            }
        }
        return EtcdTransaction(
            comparisons, success: success,
            failure: [layout.lock, layout.meta, layout.generation].map { .range(EtcdRange($0)) })
    }

    /// - Parameters:
    ///   - verdict: of the transaction, whose guard held.
    ///   - version: that of the storage before; what a batch without changes leaves.
    func results(_ verdict: EtcdVerdict, after version: UInt64) -> [Result<UInt64, StorageError>] {
        var place = hasChanges ? 1 : 0
        return batches.map { batch in
            let result = batch.hasChanges ? verdict.revision : version
            if isLarge || batch.isEmpty { return .success(result) }
            defer { place += 1 }
            return verdict.verdict(place)?.succeeded == true ? .success(result) : .failure(.conflict)
        }
    }

    /// Reads from which it is seen which batches were applied, when the answer to the commit was lost.
    var witnesses: [StorageKey] { batches.compactMap { $0.expected.isEmpty ? nil : $0.witness } }

    /// - Parameters:
    ///   - stored: versions of the witnesses that are there.
    ///   - version: of the commit.
    func results(from stored: [StorageKey: UInt64], version: UInt64) -> [Result<UInt64, StorageError>] {
        batches.map { batch in
            if batch.expected.isEmpty || isLarge { return .success(version) }
            guard let witness = batch.witness else {
                return .failure(.unknownOutcome("request outcome unknown: the answer to a commit was lost"))
            }
            return stored[witness] == version ? .success(version) : .failure(.conflict)
        }
    }
}

extension EtcdBatch {
    fileprivate var isEmpty: Bool { !hasChanges && expected.isEmpty }
}
