internal import CofferBase
internal import CofferStorage
internal import EtcdClient

/// Values that do not fit into one request: their pieces are written first, under names that nothing refers to; the
/// commit then refers to them, or they are collected later (contract rule T3).
extension EtcdWritingSession {
    private static let largestPiece = 1 << 20

    /// The batch with its largest values replaced by references, as many as must be.
    func spilled(_ batch: EtcdBatch) async throws(StorageError) -> EtcdBatch {
        if batch.size <= options.requestSize { return batch }
        let (lock, generation) = (EtcdComparison.createRevision(of: layout.lock, batch.epoch.value), reader.generation)
        return try await spilled(batch, [lock], generation)
    }

    /// - Parameter guards: what must be so for a piece to be written.
    func spilled(
        _ batch: EtcdBatch, _ guards: [EtcdComparison], _ generation: EtcdGeneration
    ) async throws(StorageError) -> EtcdBatch {
        var batch = batch
        var pieces = EtcdPieces(limit: options.requestSize)
        for (key, value) in batch.puts.sorted(by: { $0.value.count > $1.value.count }) {
            if batch.size <= options.requestSize { break }
            guard case .whole(let bytes) = value else { continue }
            let id = try newName()
            let size = min(Self.largestPiece, options.requestSize / 2)
            let starts = stride(from: 0, to: bytes.count, by: size)
            for (number, start) in starts.enumerated() {
                let piece = Array(bytes[start..<min(start + size, bytes.count)])
                let name = layout.piece(number, of: id, key, generation)
                for full in pieces.add(name, piece) { try await write(full, guards) }
            }
            batch.puts[key] = .pieces(id: id, count: starts.reduce(0) { count, _ in count + 1 }, size: bytes.count)
        }
        try await write(pieces.rest, guards)
        if batch.size > options.requestSize { throw .tooLarge(limit: options.requestSize) }
        return batch
    }

    func newName() throws(StorageError) -> [UInt8] {
        do throws(RandomError) {
            return try RandomSource.system.bytes(EtcdValue.idSize)
        } catch {
            throw .unavailable("the system gave no random bytes")
        }
    }

    private func write(_ operations: [EtcdOperation], _ guards: [EtcdComparison]) async throws(StorageError) {
        if operations.isEmpty { return }
        // One that comes late writes what is there already, or what is collected once more.
        let verdict = try await told(EtcdTransaction(guards, success: operations), isRepeatable: true)
        if !verdict.succeeded { throw .fenced }
    }
}

/// Gathers pieces until they fill a request.
private struct EtcdPieces {
    let limit: Int
    private(set) var rest: [EtcdOperation] = []
    private var size = 0

    private static let most = 100

    init(limit: Int) { self.limit = limit }

    /// Requests that are full now.
    mutating func add(_ name: [UInt8], _ piece: [UInt8]) -> [[EtcdOperation]] {
        let added = name.count + piece.count + 64
        var full: [[EtcdOperation]] = []
        if size + added > limit || rest.count == Self.most {
            full = [rest]
            (rest, size) = ([], 0)
        }
        rest.append(.put(key: name, value: piece))
        size += added
        return full
    }
}

extension EtcdValue {
    fileprivate var count: Int {
        switch self {
        case .whole(let value): value.count
        case .pieces: 0
        }
    }
}
