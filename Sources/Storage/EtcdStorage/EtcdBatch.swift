internal import CofferStorage
internal import EtcdClient

/// A batch with its values as they stand in etcd.
struct EtcdBatch: Sendable {
    let epoch: Epoch
    let expected: [StorageKey: UInt64]
    var puts: [StorageKey: EtcdValue] = [:]
    var deletes: [StorageKey] = []

    /// What is around a key in a request, at most: our prefix, and the encoding.
    private static let overhead = 96
    /// More of them make a transaction of its own.
    private static let small = 32

    init(_ batch: WriteBatch) {
        epoch = batch.epoch
        expected = batch.expected
        for (key, change) in batch.changes {
            switch change {
            case .put(let value): puts[key] = .whole(value)
            case .delete: deletes.append(key)
            }
        }
    }

    var hasChanges: Bool { !puts.isEmpty || !deletes.isEmpty }
    var isSmall: Bool { puts.count + deletes.count <= Self.small && expected.count <= Self.small }

    /// Bytes of a request that holds it.
    var size: Int {
        puts.reduce(0) { $0 + $1.key.bytes.count + Self.overhead + $1.value.size }
            + deletes.reduce(0) { $0 + $1.bytes.count + Self.overhead }
            + expected.reduce(0) { $0 + $1.key.bytes.count + Self.overhead }
    }

    /// All keys that it looks at or writes.
    var keys: [StorageKey] { Array(expected.keys) + puts.keys + deletes }
    var written: [StorageKey] { puts.keys + deletes }

    func comparisons(_ layout: EtcdLayout, _ generation: EtcdGeneration) -> [EtcdComparison] {
        expected.map { .modRevision(of: layout.entry($0.key, generation), $0.value) }
    }

    func operations(_ layout: EtcdLayout, _ generation: EtcdGeneration) -> [EtcdOperation] {
        puts.map { .put(key: layout.entry($0.key, generation), value: $0.value.stored) }
            + deletes.map { .delete(key: layout.entry($0, generation)) }
    }

    /// An entry from whose version it can be seen later whether the batch was applied.
    var witness: StorageKey? { puts.keys.first }
}

extension EtcdValue {
    fileprivate var size: Int {
        switch self {
        case .whole(let value): value.count
        case .pieces: 0
        }
    }
}

/// Many operations in transactions inside transactions, since a server takes 128 on each way down.
///
/// Three levels hold 64,000; a request is full long before.
enum EtcdNesting {
    private static let width = 40

    static func packed(_ operations: [EtcdOperation]) -> [EtcdOperation] {
        var level = operations
        while level.count > width {
            level = stride(from: 0, to: level.count, by: width).map { start in
                .transaction(EtcdTransaction(success: Array(level[start..<min(start + width, level.count)])))
            }
        }
        return level
    }

    /// More expectations than this are looked at before the transaction.
    static let comparisons = 36
}
