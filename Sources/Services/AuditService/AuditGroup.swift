internal import CofferBase
internal import CofferFramework
internal import Glibc
internal import Synchronization

/// Writes the lines of all requests that one thread serves at the same time in one call.
///
/// The first of them yields, so that the others bring their lines too, and then writes for all; none goes on
/// before its own line is written. Under load this makes seven lines or more of one system call.
final class AuditGroup: Sendable {
    fileprivate struct Waiting {
        let line: [UInt8]
        let continuation: UnsafeContinuation<AuditDeviceError?, Never>
    }

    fileprivate struct State {
        var hasLeader = false
        var waiting: [Waiting] = []
    }

    /// What one thread gathers: resuming a task of another thread would cost more than a line.
    fileprivate final class Gathering: Sendable {
        let state = Mutex(State())
    }

    let device: any AuditDevice
    private let gatherings = (0..<8).map { _ in Gathering() }

    init(_ device: any AuditDevice) { self.device = device }

    /// Returns when the line is written.
    func write(_ line: [UInt8], at now: Timestamp) async throws(AuditDeviceError) {
        let gathering = gatherings[Self.place(of: pthread_self(), among: gatherings.count)]
        if !gathering.mustLead() {
            let outcome = await withUnsafeContinuation { continuation in
                if !gathering.joined(Waiting(line: line, continuation: continuation)) {
                    // The leader has gone meanwhile.
                    continuation.resume(returning: failure(writing: line, at: now))
                }
            }
            if let outcome { throw outcome }
            return
        }
        async let turn: Void = Self.othersTurn()
        await turn
        let others = gathering.taken()
        if others.isEmpty { return try device.write(line, at: now) }
        var bytes = line
        bytes.reserveCapacity(others.reduce(line.count) { $0 + $1.line.count })
        for other in others { bytes += other.line }
        if failure(writing: bytes, at: now) == nil {
            for other in others { other.continuation.resume(returning: nil) }
            return
        }
        // Each by itself: what refuses one line may take another.
        for other in others { other.continuation.resume(returning: failure(writing: other.line, at: now)) }
        try device.write(line, at: now)
    }

    /// A child task begins after what waits on its parent's executor. `Task.yield()` would go by way of another thread.
    private static func othersTurn() async {}

    private func failure(writing bytes: [UInt8], at now: Timestamp) -> AuditDeviceError? {
        do throws(AuditDeviceError) {
            try device.write(bytes, at: now)
            return nil
        } catch {
            return error
        }
    }

    private static func place(of thread: pthread_t, among count: Int) -> Int {
        // Thread structures lie a stack apart from each other.
        Int(truncatingIfNeeded: (UInt(thread) &* 0x9e37_79b9_7f4a_7c15) >> 32) % count
    }
}

extension AuditGroup.Gathering {
    /// True for the first since lines were written last.
    fileprivate func mustLead() -> Bool {
        state.withLock { state in
            defer { state.hasLeader = true }
            return !state.hasLeader
        }
    }

    /// False when nobody is there to write for others.
    fileprivate func joined(_ waiting: AuditGroup.Waiting) -> Bool {
        state.withLock { state in
            if state.hasLeader { state.waiting.append(waiting) }
            return state.hasLeader
        }
    }

    fileprivate func taken() -> [AuditGroup.Waiting] {
        state.withLock { state in
            defer { state = AuditGroup.State() }
            return state.waiting
        }
    }
}
