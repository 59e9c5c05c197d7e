package import CofferBase
package import Logging

/// Keeps the labels of the server's pod as the server is.
package actor KubernetesRegistration {
    private static let pause: Duration = .seconds(1)
    private static let retry: Duration = .seconds(5)

    private let pod: KubernetesPod
    private let clock: any WallClock
    private let log: Logger
    private let state: @Sendable () async -> PodLabels
    private var known: PodLabels?
    private var hasFailed = false
    private var work: Task<Void, Never>?

    /// - Parameter state: how the server is now.
    package init(
        _ pod: KubernetesPod, clock: any WallClock, log: Logger, state: @escaping @Sendable () async -> PodLabels
    ) {
        self.pod = pod
        self.clock = clock
        self.log = log
        self.state = state
    }

    /// Works in a task of its own until `stop()`.
    package func start() {
        guard work == nil else { return }
        work = Task { await run() }
    }

    /// Says that the server serves no more, once, and ends.
    package func stop() async {
        work?.cancel()
        await work?.value
        work = nil
        guard var last = known else { return }
        (last.isActive, last.isSealed) = (false, true)
        await tell(last)
    }

    private func run() async {
        while !Task.isCancelled {
            let now = await state()
            if now != known { await tell(now) }
            let wait = hasFailed ? Self.retry : Self.pause
            do { try await clock.sleep(until: clock.now + wait) } catch { return }
        }
    }

    private func tell(_ labels: PodLabels) async {
        do throws(PodFailure) {
            try await pod.set(labels.all)
            known = labels
            hasFailed = false
        } catch {
            // Once for a row of failures.
            if !hasFailed {
                log.warning("the pod's labels could not be set", metadata: ["reason": .string(error.text)])
            }
            hasFailed = true
        }
    }
}
