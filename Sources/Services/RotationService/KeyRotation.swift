package import CofferBarrier
package import CofferBase
package import Logging

/// Replaces the encryption key when its age or its number of encryptions says so.
///
/// Both are looked at once a minute: at a million encryptions a second that is less than 2 % of 2³²,
/// and the limit's default leaves 10 %.
package actor KeyRotation {
    private static let pause: Duration = .seconds(60)

    private let barrier: Barrier
    private let clock: any WallClock
    private let log: Logger
    private var work: Task<Void, Never>?

    package init(barrier: Barrier, clock: any WallClock, log: Logger) {
        self.barrier = barrier
        self.clock = clock
        self.log = log
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
    }

    private func run() async {
        while !Task.isCancelled {
            await rotateIfDue()
            do { try await clock.sleep(until: clock.now + Self.pause) } catch { return }
        }
    }

    /// A failure leaves the old key in use, and is tried again a minute later.
    private func rotateIfDue() async {
        guard barrier.isRotationDue else { return }
        do throws(BarrierError) {
            try await barrier.rotate()
            log.info("the encryption key was replaced", metadata: ["term": "\(barrier.keyStatus?.term ?? 0)"])
        } catch {
            log.error("the encryption key is due to be replaced, but could not be")
        }
    }
}
