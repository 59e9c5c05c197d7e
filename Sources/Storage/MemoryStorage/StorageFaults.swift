package import CofferStorage
internal import Synchronization

/// Faults a test plans for a storage (contract rule L8).
package final class StorageFaults: Sendable {
    private struct Plan {
        var commitFailure: StorageError?
        var operationsUntilFailure: Int?
        var failure = StorageError.unavailable("planned failure")
        var isHolding = false
        var held: [CheckedContinuation<Void, Never>] = []
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let plan = Mutex(Plan())

    /// Makes the n-th operation from now (1 is the next) fail, and only that one; it has no effect.
    package func fail(operation number: Int, with error: StorageError) {
        plan.withLock {
            $0.operationsUntilFailure = max(number, 1)
            $0.failure = error
        }
    }

    /// Makes the next commit fail, and only that one, whatever is read before it.
    package func failCommit(with error: StorageError) { plan.withLock { $0.commitFailure = error } }

    /// From now on every operation waits before it begins, until `release()`.
    package func hold() { plan.withLock { $0.isHolding = true } }

    /// Lets everything that waits go on, in the order it came.
    package func release() {
        let held = plan.withLock { plan in
            plan.isHolding = false
            defer { plan.held = [] }
            return plan.held
        }
        for continuation in held { continuation.resume() }
    }

    /// Returns when at least `count` operations wait.
    package func waitUntilHeld(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isReached = plan.withLock { plan in
                if plan.held.count >= count { return true }
                plan.watchers.append((count, continuation))
                return false
            }
            if isReached { continuation.resume() }
        }
    }

    /// Every operation passes here first.
    func operation() async throws(StorageError) {
        if plan.withLock({ $0.isHolding }) { await waitForRelease() }
        let failure: StorageError? = plan.withLock { plan in
            guard let left = plan.operationsUntilFailure else { return nil }
            plan.operationsUntilFailure = left > 1 ? left - 1 : nil
            return left > 1 ? nil : plan.failure
        }
        if let failure { throw failure }
    }

    /// Every commit passes here.
    func commit() throws(StorageError) {
        let failure = plan.withLock { plan in
            defer { plan.commitFailure = nil }
            return plan.commitFailure
        }
        if let failure { throw failure }
    }

    private func waitForRelease() async {
        await withCheckedContinuation { continuation in
            let resumed: [CheckedContinuation<Void, Never>] = plan.withLock { plan in
                guard plan.isHolding else { return [continuation] }
                plan.held.append(continuation)
                let count = plan.held.count
                defer { plan.watchers.removeAll { $0.count <= count } }
                return plan.watchers.filter { $0.count <= count }.map(\.continuation)
            }
            for continuation in resumed { continuation.resume() }
        }
    }
}
