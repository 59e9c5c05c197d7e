internal import CofferBase
internal import CofferFramework
internal import Logging
internal import Synchronization

/// The way of the lines to one remote device: a turn for each thread, a deadline
/// for each line, and a spool for what did not get through.
///
/// A request writes by itself while the device keeps up. After the first failure
/// the device is *behind*: requests leave their lines in the spool and are told
/// at once that the device did not accept them, while a thread of the lane's own
/// prepares the device and empties the spool. Then requests write again.
final class AuditLane: Sendable {
    fileprivate struct Line: Sendable {
        let bytes: [UInt8]
        let time: Timestamp
    }

    fileprivate struct State {
        var isBehind = false
        /// Somebody uses the device.
        var isBusy = false
        var isClosed = false
        var mustReopen = false
        var waiters = 0
        var spool: [Line] = []
        var spooledBytes = 0
        var lost = 0
    }

    fileprivate enum Turn { case mine, behind, late, closed }

    /// What the spool holds at most.
    static let spoolLimit = 8 << 20

    private let device: any RemoteAuditDevice
    private let name: String
    private let log: Logger
    private let state = Mutex(State())
    private let turns = WakeUps()
    private let stop = WakeUps()
    private let thread = BlockingPool(threads: 1)

    init(_ device: any RemoteAuditDevice, name: String, log: Logger) {
        self.device = device
        self.name = name
        self.log = log
    }

    // MARK: requests

    func write(_ bytes: [UInt8], at now: Timestamp) throws(AuditDeviceError) {
        let deadline = Deadline(in: device.writeTimeout)
        let line = Line(bytes: bytes, time: now)
        switch takeTurn(before: deadline) {
        case .mine: break
        case .closed: throw AuditDeviceError("the device is closed")
        case .behind:
            keep(line)
            throw AuditDeviceError("the device is behind", isReported: true)
        case .late:
            fallBehind(with: line, because: "others wait for it longer than its write_timeout")
            throw AuditDeviceError("the device is behind", isReported: true)
        }
        if state.withLock({ $0.takeReopening() }) { try? device.reopen() }
        do throws(AuditDeviceError) {
            try device.write(bytes, at: now, before: deadline)
            endTurn()
        } catch {
            // Before the turn ends: those who wait for it must not try the device, one after the other.
            if !error.isOfLineOnly { fallBehind(with: line, because: error.reason) }
            endTurn()
            if error.isOfLineOnly { throw error }
            throw AuditDeviceError(error.reason, isReported: true)
        }
    }

    private func takeTurn(before deadline: Deadline) -> Turn {
        var isWaiting = false
        while true {
            let turn: Turn? = state.withLock { state in
                let turn = state.turn
                if turn == nil && !isWaiting { state.waiters += 1 }
                if turn != nil && isWaiting { state.waiters -= 1 }
                return turn
            }
            if let turn { return turn }
            isWaiting = true
            if !turns.wait(before: deadline) {
                state.withLock { $0.waiters -= 1 }
                return .late
            }
        }
    }

    private func endTurn() {
        let (wakes, closes) = state.withLock { state in
            state.isBusy = false
            return (state.waiters > 0, state.isClosed)
        }
        if closes { device.close() }
        if wakes { turns.signal() }
    }

    // MARK: the spool

    private func keep(_ line: Line) {
        state.withLock { state in
            if state.spooledBytes + line.bytes.count > Self.spoolLimit {
                state.lost += 1
            } else {
                state.spool.append(line)
                state.spooledBytes += line.bytes.count
            }
        }
    }

    private func fallBehind(with line: Line?, because reason: String) {
        if let line { keep(line) }
        let (isFirst, waiters) = state.withLock { state in
            defer { state.isBehind = true }
            return (!state.isBehind && !state.isClosed, state.waiters)
        }
        turns.signal(waiters)
        guard isFirst else { return }
        log.error(
            "audit device is behind; its lines are spooled", metadata: ["device": "\(name)", "reason": "\(reason)"])
        _ = thread.submit { [self] in catchUp() }
    }

    /// Prepares the device and empties the spool, however long it takes.
    private func catchUp() {
        var mustPrepare = true
        var pause = Duration.milliseconds(50)
        while true {
            let (turn, line) = state.withLock { $0.nextForThread(mustPrepare: mustPrepare) }
            var hasFailed = true
            switch turn {
            case .closed: return
            case .behind: return reportRecovery()
            case .late: break
            case .mine:
                hasFailed = !deliver(line, &mustPrepare)
                endTurn()
            }
            if !hasFailed {
                pause = .milliseconds(50)
            } else {
                if stop.wait(before: Deadline(in: pause)) { return }
                pause = min(pause * 2, .seconds(1))
            }
        }
    }

    private func deliver(_ line: Line?, _ mustPrepare: inout Bool) -> Bool {
        do throws(AuditDeviceError) {
            if mustPrepare { try device.prepare() }
            mustPrepare = false
            if let line { try device.write(line.bytes, at: line.time) }
        } catch {
            mustPrepare = true
            if !error.isOfLineOnly { return false }
            mustPrepare = false
            state.withLock { $0.lost += 1 }
        }
        if line != nil { state.withLock { $0.removeFirst() } }
        return true
    }

    private func reportRecovery() {
        let lost = state.withLock { state in
            defer { state.lost = 0 }
            return state.lost
        }
        log.notice("audit device keeps up again", metadata: ["device": "\(name)", "lines_lost": "\(lost)"])
    }

    // MARK: life

    /// Gets ready before the first request; a device that cannot is behind from the start.
    func open() async {
        let (device, thread) = (device, thread)
        do {
            try await thread.run { try device.prepare() }
        } catch {
            fallBehind(with: nil, because: (error as? AuditDeviceError)?.reason ?? "it cannot be prepared")
        }
    }

    /// Gets ready and writes one line, or says why not.
    func prove(_ line: [UInt8], at now: Timestamp) async throws {
        let (device, thread) = (device, thread)
        try await thread.run {
            try device.prepare()
            try device.write(line, at: now)
        }
    }

    func reopen() { state.withLock { $0.mustReopen = true } }

    /// What is in the spool is given up; nobody waits for a device that is behind.
    func close() {
        let (isFree, lost) = state.withLock { state in
            state.isClosed = true
            return (!state.isBusy, state.spool.count + state.lost)
        }
        stop.signal()
        if isFree { device.close() }
        if lost > 0 {
            log.error(
                "audit device closed while it was behind", metadata: ["device": "\(name)", "lines_lost": "\(lost)"])
        }
    }
}

extension AuditLane.State {
    /// Nil while somebody else has the turn.
    fileprivate var turn: AuditLane.Turn? {
        mutating get {
            if isClosed { return .closed }
            if isBehind { return .behind }
            if isBusy { return nil }
            isBusy = true
            return .mine
        }
    }

    /// For the lane's own thread: `late` while a request still uses the device, `behind` when nothing is left to do.
    fileprivate mutating func nextForThread(mustPrepare: Bool) -> (AuditLane.Turn, AuditLane.Line?) {
        if isClosed { return (.closed, nil) }
        if isBusy { return (.late, nil) }
        if spool.isEmpty && !mustPrepare {
            isBehind = false
            return (.behind, nil)
        }
        isBusy = true
        return (.mine, spool.first)
    }

    fileprivate mutating func removeFirst() {
        if !spool.isEmpty { spooledBytes -= spool.removeFirst().bytes.count }
    }

    fileprivate mutating func takeReopening() -> Bool {
        defer { mustReopen = false }
        return mustReopen
    }
}
