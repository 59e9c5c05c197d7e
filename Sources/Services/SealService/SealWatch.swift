package import CofferBase
internal import CofferFramework
package import Logging

/// Opens the server by its seals as soon as they can be reached, and looks after them from then on.
///
/// Made only where such seals are configured.
package actor SealWatch {
    private static let retry: Duration = .seconds(5)
    private static let healthyPause: Duration = .seconds(600)
    private static let unhealthyPause: Duration = .seconds(60)

    private let group: SealGroup
    private let clock: any WallClock
    private let random: RandomSource
    private let log: Logger
    private let open: @Sendable () async throws -> Bool
    private let rewrap: @Sendable () async throws -> Void
    private var wantsOpening: Bool
    private var nextTest: Timestamp
    private var nextUpkeep: [String: Timestamp]
    private var work: Task<Void, Never>?
    private var sleeper: Task<Void, any Error>?

    /// - Parameters:
    ///   - opens: otherwise the seals are only looked after.
    ///   - open: opens the server by its seals; false when it must be tried again.
    ///   - rewrap: wraps what the seals keep anew, where one of them needs it.
    package init(
        _ group: SealGroup, opens: Bool, clock: any WallClock, random: RandomSource, log: Logger,
        open: @escaping @Sendable () async throws -> Bool, rewrap: @escaping @Sendable () async throws -> Void
    ) {
        self.group = group
        self.clock = clock
        self.random = random
        self.log = log
        self.open = open
        self.rewrap = rewrap
        wantsOpening = opens
        let now = clock.now
        nextTest = now + Self.healthyPause
        nextUpkeep = Dictionary(uniqueKeysWithValues: group.seals.map { ($0.name, now) })
    }

    /// Works in a task of its own until `stop()`.
    package func start() {
        guard work == nil else { return }
        work = Task { await run() }
    }

    /// Returns when nothing of it runs any more.
    package func stop() async {
        work?.cancel()
        await work?.value
        work = nil
        for configured in group.seals { await configured.seal.close() }
    }

    /// Whether the server is to be opened when it is found sealed: not after somebody sealed it.
    package func setOpens(_ opens: Bool) {
        wantsOpening = opens
        if opens { sleeper?.cancel() }
    }

    private func run() async {
        while !Task.isCancelled {
            await care()
            await openIfWanted()
            await test()
            let next = ([nextTest] + nextUpkeep.values).min() ?? nextTest
            let wake = wantsOpening ? min(next, clock.now + Self.retry) : next
            let clock = clock
            let task = Task { try await clock.sleep(until: wake) }
            sleeper = task
            _ = await withTaskCancellationHandler {
                await task.result
            } onCancel: {
                task.cancel()
            }
            sleeper = nil
        }
    }

    private func openIfWanted() async {
        guard wantsOpening else { return }
        do {
            guard try await open() else { return }
            wantsOpening = false
            // A seal that was added or has a newer key must not wait for the first test.
            try await rewrap()
        } catch {
            // Told by who failed; the next attempt comes soon.
            nextTest = min(nextTest, clock.now + Self.unhealthyPause)
        }
    }

    private func care() async {
        for configured in group.seals {
            guard let due = nextUpkeep[configured.name], due <= clock.now else { continue }
            do throws(SealFailure) {
                nextUpkeep[configured.name] = try await configured.seal.upkeep().map { clock.now + $0 }
            } catch {
                nextUpkeep[configured.name] = clock.now + Self.unhealthyPause
                tell(configured.name, error)
            }
        }
    }

    private func test() async {
        guard nextTest <= clock.now else { return }
        let wasHealthy = group.isHealthy
        let failures = await group.test(random)
        for (name, failure) in failures { tell(name, failure) }
        if failures.isEmpty && !wasHealthy { log.info("all seals can be reached again") }
        nextTest = clock.now + (failures.isEmpty ? Self.healthyPause : Self.unhealthyPause)
        if failures.isEmpty { await rewrapIfPossible() }
    }

    /// A failure is told by who failed; the next test tries again.
    private func rewrapIfPossible() async {
        do {
            try await rewrap()
        } catch {
            nextTest = min(nextTest, clock.now + Self.unhealthyPause)
        }
    }

    private func tell(_ name: String, _ failure: SealFailure) {
        log.error(
            "a seal does not work", metadata: ["seal": .string(name), "reason": .string(failure.text)])
    }
}
