package import CofferBase
internal import CofferFramework
package import Logging
package import MountService

/// Calls engines that have work of their own when it is due, a few at a time.
///
/// Nothing runs and nothing sleeps while no engine has asked for a call.
package actor PeriodicWork {
    private static let workers = 16
    private static let retry: Duration = .seconds(60)

    private let mounts: Mounts
    private let clock: any WallClock
    private let random: RandomSource
    private let log: Logger
    private let explain: @Sendable (any Error) -> String
    /// Mount id → when its engine wants to be called.
    private var due: [String: Timestamp] = [:]
    private var work: Task<Void, Never>?
    private var sleeper: Task<Void, any Error>?
    private var isStopped = false

    /// - Parameter explain: what the server log may say of a failure; no secret.
    package init(
        mounts: Mounts, clock: any WallClock, random: RandomSource, log: Logger,
        explain: @escaping @Sendable (any Error) -> String
    ) {
        self.mounts = mounts
        self.clock = clock
        self.random = random
        self.log = log
        self.explain = explain
    }

    /// Calls every periodic engine once, to learn what it has to do.
    package func start() {
        for route in mounts.everyStoredRoute where route.kind.isPeriodic { note(route.entry.uuid, at: clock.now) }
    }

    /// Nothing is begun any more. What runs ends by itself: behind a closed barrier it can change nothing.
    package func stop() {
        isStopped = true
        sleeper?.cancel()
    }

    /// The engine of the mount with this id asked for a call.
    package nonisolated func wake(_ uuid: String, at time: Timestamp) {
        Task { await note(uuid, at: time) }
    }

    private func note(_ uuid: String, at time: Timestamp) {
        due[uuid] = min(time, due[uuid] ?? time)
        sleeper?.cancel()
        if work == nil && !isStopped { work = Task { await run() } }
    }

    private func run() async {
        while !isStopped, let next = due.values.min() {
            if next > clock.now { await sleep(until: next) } else { await callThoseDue() }
        }
        work = nil
    }

    private func sleep(until time: Timestamp) async {
        let clock = clock
        let task = Task { try await clock.sleep(until: time) }
        sleeper = task
        _ = await task.result
        sleeper = nil
    }

    private func callThoseDue() async {
        let now = clock.now
        let ready = due.filter { $0.value <= now }.map(\.key).prefix(Self.workers)
        for uuid in ready { due[uuid] = nil }
        await withTaskGroup(of: (String, Timestamp?).self) { group in
            for uuid in ready { group.addTask { (uuid, await self.call(uuid)) } }
            for await (uuid, next) in group {
                if let next { due[uuid] = min(next, due[uuid] ?? next) }
            }
        }
    }

    /// When the engine wants to be called next.
    private nonisolated func call(_ uuid: String) async -> Timestamp? {
        guard let route = mounts.route(uuid: uuid), let engine = route.engine as? any PeriodicEngine else {
            return nil
        }
        let call = PeriodicCall(
            mount: route.mount, namespace: route.namespace, storage: route.storage, clock: clock, random: random)
        do {
            let next = try await engine.tick(call)
            if next != nil { try await mounts.keep(route) }
            return next
        } catch {
            log.warning(
                "periodic work of an engine failed; it will be tried again in a minute",
                metadata: ["mount": .string(route.mount.path), "reason": .string(explain(error))])
            return clock.now + Self.retry
        }
    }
}
