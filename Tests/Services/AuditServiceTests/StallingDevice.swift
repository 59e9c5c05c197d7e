import CofferBase
import CofferFramework
import Synchronization

/// A remote device that takes no line, until its deadline, while it is told so.
final class StallingDevice: RemoteAuditDevice {
    private struct State {
        var lines: [[UInt8]] = []
        var isStalled = false
        var refused: [UInt8]?
        var preparations = 0
        var isClosed = false
        var users = 0
        var mostUsers = 0
    }

    let writeTimeout: Duration
    private let state = Mutex(State())
    private let arrivals = WakeUps()
    private let nothing = WakeUps()

    init(writeTimeout: Duration) { self.writeTimeout = writeTimeout }

    func stall(_ isStalled: Bool) { state.withLock { $0.isStalled = isStalled } }
    func refuse(_ line: [UInt8]) { state.withLock { $0.refused = line } }
    var preparations: Int { state.withLock { $0.preparations } }
    var isClosed: Bool { state.withLock { $0.isClosed } }
    /// How many threads were in it at once.
    var mostUsers: Int { state.withLock { $0.mostUsers } }

    /// What has arrived, once it is `count` lines or 20 s have passed.
    func received(_ count: Int) -> [[UInt8]] {
        let deadline = Deadline(in: .seconds(20))
        while true {
            let lines = state.withLock { $0.lines }
            if lines.count >= count || !arrivals.wait(before: deadline) { return lines }
        }
    }

    func prepare() { state.withLock { $0.preparations += 1 } }

    func write(_ line: [UInt8], at now: Timestamp, before deadline: Deadline) throws(AuditDeviceError) {
        let (isStalled, isRefused) = state.withLock { state in
            state.users += 1
            state.mostUsers = max(state.mostUsers, state.users)
            return (state.isStalled, state.refused == line)
        }
        defer { state.withLock { $0.users -= 1 } }
        if isRefused { throw AuditDeviceError("refused", isOfLineOnly: true) }
        if isStalled {
            _ = nothing.wait(before: deadline)
            throw AuditDeviceError("stalled")
        }
        state.withLock { $0.lines.append(line) }
        arrivals.signal()
    }

    func reopen() {}
    func close() { state.withLock { $0.isClosed = true } }
}
