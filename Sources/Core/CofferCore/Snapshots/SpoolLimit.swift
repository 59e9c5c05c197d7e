internal import CofferFramework
internal import Synchronization

/// How many snapshots may wait on the disk at once: each is as large as the storage.
final class SpoolLimit: Sendable {
    private let free: Mutex<Int>

    init(_ count: Int) { free = Mutex(count) }

    /// A place for one, held for as long as someone holds the permit.
    final class Permit: Sendable {
        private let limit: SpoolLimit

        fileprivate init(_ limit: SpoolLimit) { self.limit = limit }

        deinit { limit.free.withLock { $0 += 1 } }
    }

    func take() throws(EngineError) -> Permit {
        let hasPlace = free.withLock { free in
            if free == 0 { return false }
            free -= 1
            return true
        }
        guard hasPlace else {
            throw EngineError(
                .tooManyRequests, ["other snapshots are being taken or restored; try again when they are done"])
        }
        return Permit(self)
    }
}
