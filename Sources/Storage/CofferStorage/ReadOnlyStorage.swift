/// A storage as a node sees it that does not lead: every attempt to write is refused before it is made.
package final class ReadOnlyStorage: Storage {
    private let base: any Storage

    package init(_ base: any Storage) { self.base = base }

    package var type: String { base.type }

    package func get(_ key: StorageKey) async throws(StorageError) -> StoredEntry? { try await base.get(key) }

    package func children(
        of prefix: StorageKey, after: String?, limit: Int?
    ) async throws(StorageError) -> [String] {
        try await base.children(of: prefix, after: after, limit: limit)
    }

    package func scan(
        _ prefix: StorageKey, after: StorageKey?, limit: Int
    ) async throws(StorageError) -> [StorageKey] {
        try await base.scan(prefix, after: after, limit: limit)
    }

    package func commit(_ batch: WriteBatch) async throws(StorageError) -> UInt64 { throw .fenced }

    package func acquireEpoch() async throws(StorageError) -> Epoch { throw .fenced }

    package func walk(
        _ body: @escaping @Sendable (StorageKey, [UInt8]) throws -> Void
    ) async throws -> (version: UInt64, epoch: Epoch) {
        try await base.walk(body)
    }

    package func replaceAll(
        with next: @escaping @Sendable () throws -> (key: StorageKey, value: [UInt8])?
    ) async throws {
        throw StorageError.fenced
    }

    /// The storage belongs to whoever opened it.
    package func close() async {}
}
