package import CofferBase
package import Logging

/// Deletes namespaces in the background, one after another, and those again whose leases could not be revoked.
///
/// Nothing runs and nothing sleeps while no namespace is being deleted.
package actor NamespaceRemovals {
    private static let retry: Duration = .seconds(10)

    private let namespaces: Namespaces
    private let clock: any WallClock
    private let log: Logger
    private let explain: @Sendable (any Error) -> String
    private let remove: @Sendable (Namespace) async throws -> Bool
    /// Id → when it is tried again.
    private var due: [String: Timestamp] = [:]
    private var work: Task<Void, Never>?
    private var sleeper: Task<Void, any Error>?
    private var isStopped = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// - Parameters:
    ///   - explain: what the server log may say of a failure; no secret.
    ///   - remove: deletes all that a namespace holds, and the namespace; false when something is left.
    package init(
        namespaces: Namespaces, clock: any WallClock, log: Logger,
        explain: @escaping @Sendable (any Error) -> String,
        remove: @escaping @Sendable (Namespace) async throws -> Bool
    ) {
        self.namespaces = namespaces
        self.clock = clock
        self.log = log
        self.explain = explain
        self.remove = remove
    }

    /// Goes on with what a restart has interrupted.
    package func start() {
        for namespace in namespaces.table.all where namespace.entry.isDeleting { add(namespace.entry.id) }
    }

    /// Nothing is begun any more. What runs ends by itself: behind a closed barrier it can change nothing.
    package func stop() {
        isStopped = true
        sleeper?.cancel()
    }

    /// Begins, or tries again at once.
    package func add(_ id: String) {
        due[id] = clock.now
        sleeper?.cancel()
        sleeper = nil
        if work == nil && !isStopped { work = Task { await run() } }
    }

    /// Returns when every namespace was tried that is due.
    package func settle() async {
        if work == nil || sleeper != nil { return }
        await withCheckedContinuation { waiting.append($0) }
    }

    private func run() async {
        while !isStopped, let next = due.min(by: { $0.value < $1.value }) {
            if next.value > clock.now {
                tellWaiting()
                await sleep(until: next.value)
            } else {
                due[next.key] = nil
                await tryToRemove(next.key)
            }
        }
        work = nil
        tellWaiting()
    }

    private func tellWaiting() {
        for continuation in waiting { continuation.resume() }
        waiting = []
    }

    private func sleep(until time: Timestamp) async {
        let clock = clock
        let task = Task { try await clock.sleep(until: time) }
        sleeper = task
        _ = await task.result
        sleeper = nil
    }

    private func tryToRemove(_ id: String) async {
        guard let namespace = namespaces.table.namespace(id: id) else { return }
        let metadata: Logger.Metadata = ["namespace": .string(namespace.entry.path)]
        do {
            if try await remove(namespace) {
                log.info("a namespace was deleted", metadata: metadata)
                return
            }
            log.warning("a namespace cannot be deleted yet: leases are left in it", metadata: metadata)
        } catch {
            log.warning(
                "the deletion of a namespace failed and will be tried again",
                metadata: metadata.merging(["reason": .string(explain(error))]) { $1 })
        }
        due[id] = min(due[id] ?? clock.now + Self.retry, clock.now + Self.retry)
    }
}
