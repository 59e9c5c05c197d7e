package import CofferBase
package import CofferStorage
internal import Synchronization

/// An election between nodes that share one storage in memory, for tests.
package final class MemoryElection: Election {
    private struct State {
        var epoch = Epoch(0)
        var candidate: Candidate?
        var end = Timestamp(nanoseconds: 0)
        var failure: StorageError?
        /// Of the processes of a test together.
        var mark: StorageMark?
    }

    private let storage: MemoryStorage
    private let clock: any WallClock
    private let state = Mutex(State())

    package init(_ storage: MemoryStorage, clock: any WallClock) {
        self.storage = storage
        self.clock = clock
    }

    /// From now on every question fails this way; nil lets them through again.
    package func fail(with failure: StorageError?) { state.withLock { $0.failure = failure } }

    package func acquire(_ candidate: Candidate, for time: Duration) async throws(StorageError) -> Epoch? {
        let mayLead = try access { state in
            guard state.candidate == nil || state.candidate?.id == candidate.id || state.end < clock.now else {
                return false
            }
            (state.candidate, state.end) = (candidate, clock.now + time)
            return true
        }
        guard mayLead else { return nil }
        let now = try await storage.changes(since: nil).moment
        let seen = StorageMark(version: now.version, epoch: now.epoch.value)
        if let objection = state.withLock({ $0.mark?.objection(to: seen) }) {
            throw .unavailable("storage_epoch_regression: \(objection)")
        }
        let epoch = try await storage.acquireEpoch()
        try access { ($0.epoch, $0.mark) = (epoch, seen) }
        return epoch
    }

    package func renew(
        _ epoch: Epoch, _ candidate: Candidate, for time: Duration
    ) async throws(StorageError) -> Bool {
        try access { state in
            guard state.epoch == epoch, state.candidate?.id == candidate.id else { return false }
            state.end = clock.now + time
            return true
        }
    }

    package func release(_ epoch: Epoch, _ candidate: Candidate) async throws(StorageError) {
        try access { state in
            if state.epoch == epoch, state.candidate?.id == candidate.id { state.candidate = nil }
        }
    }

    package func leader() async throws(StorageError) -> LeaderRecord? {
        try access { state in
            state.candidate.map {
                LeaderRecord(epoch: state.epoch, candidate: $0, isCurrent: clock.now <= state.end)
            }
        }
    }

    package var mark: StorageMark? { state.withLock { $0.mark } }

    package func recall(_ mark: StorageMark) { state.withLock { $0.mark = mark } }

    private func access<R>(_ body: (inout State) -> R) throws(StorageError) -> R {
        let result: Result<R, StorageError> = state.withLock { state in
            if let failure = state.failure { return .failure(failure) }
            return .success(body(&state))
        }
        return try result.get()
    }
}
