package import CofferBase
package import CofferMetrics
package import Logging
internal import SocketClient

/// Sends updates of metrics to those that want them, and counts usage now and then.
package actor Telemetry {
    /// What is done, and how often.
    package struct Work: Sendable {
        package var links: [StatsdLink] = []
        /// `usage_gauge_period`; zero counts nothing.
        package var usagePeriod: Duration = .seconds(600)
        package let setGauges: @Sendable () async -> Void
        package let countUsage: @Sendable () async throws -> Void

        package init(
            setGauges: @escaping @Sendable () async -> Void, countUsage: @escaping @Sendable () async throws -> Void
        ) {
            self.setGauges = setGauges
            self.countUsage = countUsage
        }
    }

    private static let sendPeriod: Duration = .seconds(1)
    private static let gaugePeriod: Duration = .seconds(10)

    private let work: Work
    private let tap: MetricTap?
    private let clock: any WallClock
    private let log: Logger
    private let pool = BlockingPool(threads: 1)
    private var nextUsage: Timestamp
    private var nextGauges: Timestamp
    private var failing: Set<String> = []
    private var task: Task<Void, Never>?

    package init(_ work: Work, metrics: Metrics, clock: any WallClock, log: Logger) {
        self.work = work
        tap = metrics.tap
        self.clock = clock
        self.log = log
        nextUsage = clock.now + work.usagePeriod
        nextGauges = clock.now
    }

    /// Works in a task of its own until `stop()`.
    package func start() {
        guard task == nil, !work.links.isEmpty || work.usagePeriod > .zero else { return }
        // Counting a million tokens takes a while, for which nobody waits.
        task = Task(executorPreference: BackgroundExecutor()) { await self.run() }
    }

    package func stop() async {
        task?.cancel()
        await task?.value
        task = nil
        pool.shutdown()
    }

    private func run() async {
        while !Task.isCancelled {
            await tick()
            let next = work.links.isEmpty ? nextUsage : clock.now + Self.sendPeriod
            do { try await clock.sleep(until: next) } catch { return }
        }
    }

    private func tick() async {
        let now = clock.now
        if work.usagePeriod > .zero && now >= nextUsage {
            nextUsage = now + work.usagePeriod
            do {
                try await work.countUsage()
            } catch {
                if !Task.isCancelled { log.warning("usage could not be counted for metrics") }
            }
        }
        guard !work.links.isEmpty else { return }
        if now >= nextGauges {
            nextGauges = now + Self.gaugePeriod
            await work.setGauges()
        }
        guard let lines = tap?.take(), !lines.isEmpty else { return }
        for link in work.links { await send(lines, over: link) }
    }

    /// What cannot be sent is lost: metrics must never fill the memory, and the log tells of it once.
    private func send(_ lines: [String], over link: StatsdLink) async {
        do {
            try await pool.run { try link.send(lines) }
            if failing.remove(link.name) != nil { log.info("metrics are sent again", metadata: ["to": "\(link.name)"]) }
        } catch {
            guard failing.insert(link.name).inserted else { return }
            let reason = (error as? SocketFailure)?.reason ?? "it is closed"
            log.warning("metrics cannot be sent", metadata: ["to": "\(link.name)", "reason": "\(reason)"])
        }
    }
}
