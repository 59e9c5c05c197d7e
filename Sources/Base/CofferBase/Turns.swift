internal import Synchronization

/// One at a time for each name, in the order of the calls.
package final class Turns: Sendable {
    /// Who waits for a name that is taken; an entry without waiters is a name that is taken.
    private let waiting = Mutex<[String: [CheckedContinuation<Void, Never>]]>([:])

    package init() {}

    package func take<R>(_ name: String, _ body: () async throws -> R) async throws -> R {
        await withCheckedContinuation { continuation in
            let isFree = waiting.withLock { waiting in
                if waiting[name] != nil {
                    waiting[name]?.append(continuation)
                    return false
                }
                waiting[name] = []
                return true
            }
            if isFree { continuation.resume() }
        }
        defer { pass(name) }
        return try await body()
    }

    private func pass(_ name: String) {
        let next = waiting.withLock { waiting -> CheckedContinuation<Void, Never>? in
            guard let queue = waiting[name], let first = queue.first else {
                waiting[name] = nil
                return nil
            }
            waiting[name] = Array(queue.dropFirst())
            return first
        }
        next?.resume()
    }
}
