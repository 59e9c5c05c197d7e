internal import CofferBase

extension Core {
    private static let pause: Duration = .milliseconds(20)

    /// Waits until nothing is in flight. Followers of the log, who would stay for ever, are sent home.
    /// - Returns: false when something still was after `limit`.
    package func waitForRequests(_ limit: Duration) async -> Bool {
        let end = clock.now + limit
        while inFlight.count > 0 {
            configuration.logFeed.end()
            if clock.now >= end { return false }
            do { try await clock.sleep(until: clock.now + Self.pause) } catch { return false }
        }
        return true
    }
}
