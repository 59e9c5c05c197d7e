package import CofferBase
package import CofferFramework
package import CofferJSON
internal import Synchronization

/// An audit device that keeps its lines, and fails when told to.
package final class RecordingAudit: AuditDevice {
    private struct State {
        var lines: [[UInt8]] = []
        var isFailing = false
        /// Lines to accept before it fails on.
        var linesLeft: Int?
    }

    private let state = Mutex(State())

    package init() {}

    package func write(_ line: [UInt8], at now: Timestamp) throws(AuditDeviceError) {
        let isFailing = state.withLock { state in
            if let left = state.linesLeft {
                if left == 0 { state.isFailing = true }
                state.linesLeft = left - 1
            }
            if !state.isFailing { state.lines.append(line) }
            return state.isFailing
        }
        if isFailing { throw AuditDeviceError("planned failure") }
    }

    package func reopen() {}
    package func close() {}

    package func fail(_ isFailing: Bool) {
        state.withLock { state in
            state.isFailing = isFailing
            state.linesLeft = nil
        }
    }

    /// Accepts `count` more lines, then fails: 1 lets a request in and refuses its answer.
    package func fail(afterLines count: Int) { state.withLock { $0.linesLeft = count } }

    /// Every line so far.
    package var entries: [JSON] { state.withLock { $0.lines }.compactMap { try? JSON.parse($0) } }
    package var text: String { String(decoding: state.withLock { $0.lines }.flatMap { $0 }, as: UTF8.self) }
}
