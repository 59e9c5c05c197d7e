import CofferStorage
import MemoryStorage
import Synchronization

/// A storage in memory at whose n-th operation something happens.
final class SteppingStorage: Storage {
    enum Event: Sendable { case failure, pause }

    private struct State {
        /// Operations until the event; nil for none.
        var left: Int?
        var event = Event.failure
        /// Who waits for the pause, and what waits in it.
        var watcher: CheckedContinuation<Bool, Never>?
        var outcome: Bool?
        var paused: CheckedContinuation<Void, Never>?
    }

    private let base = MemoryStorage()
    private let state = Mutex(State())

    /// From now on.
    func plan(_ event: Event, at operation: Int) {
        state.withLock { $0 = State(left: operation, event: event) }
    }

    /// Ends the plan; whether its operation came.
    func end() -> Bool {
        let (wasReached, watcher) = state.withLock { state in
            defer { state.left = nil }
            let watcher = state.watcher
            state.watcher = nil
            if state.outcome == nil { state.outcome = false }
            return (state.left == 0, watcher)
        }
        watcher?.resume(returning: false)
        return wasReached
    }

    /// True once the operation pauses, false when the plan ended before.
    func reached() async -> Bool {
        await withCheckedContinuation { continuation in
            let outcome = state.withLock { state in
                if state.outcome == nil { state.watcher = continuation }
                return state.outcome
            }
            if let outcome { continuation.resume(returning: outcome) }
        }
    }

    /// Lets the paused operation go on.
    func resume() {
        state.withLock { state in
            defer { state.paused = nil }
            return state.paused
        }?.resume()
    }

    private func step() async throws(StorageError) {
        let event = state.withLock { state -> Event? in
            guard let left = state.left, left > 0 else { return nil }
            state.left = left - 1
            return left == 1 ? state.event : nil
        }
        switch event {
        case nil: return
        case .failure: throw .unavailable("planned failure")
        case .pause:
            await withCheckedContinuation { continuation in
                state.withLock { state in
                    state.paused = continuation
                    state.outcome = true
                    defer { state.watcher = nil }
                    return state.watcher
                }?.resume(returning: true)
            }
        }
    }

    // MARK: the storage

    var type: String { base.type }

    func get(_ key: StorageKey) async throws(StorageError) -> StoredEntry? {
        try await step()
        return try await base.get(key)
    }

    func children(of prefix: StorageKey, after: String?, limit: Int?) async throws(StorageError) -> [String] {
        try await step()
        return try await base.children(of: prefix, after: after, limit: limit)
    }

    func scan(_ prefix: StorageKey, after: StorageKey?, limit: Int) async throws(StorageError) -> [StorageKey] {
        try await step()
        return try await base.scan(prefix, after: after, limit: limit)
    }

    func commit(_ batch: WriteBatch) async throws(StorageError) -> UInt64 {
        try await step()
        return try await base.commit(batch)
    }

    func walk(
        _ body: @escaping @Sendable (StorageKey, [UInt8]) throws -> Void
    ) async throws -> (version: UInt64, epoch: Epoch) {
        try await base.walk(body)
    }

    func replaceAll(with next: @escaping @Sendable () throws -> (key: StorageKey, value: [UInt8])?) async throws {
        try await base.replaceAll(with: next)
    }

    func acquireEpoch() async throws(StorageError) -> Epoch { try await base.acquireEpoch() }

    func close() async { await base.close() }
}
