import AuditDeviceConformance
import CofferBase
import CofferFramework
import Synchronization
import Testing

/// A device with one deliberate flaw: a kit that does not catch it proves nothing.
private final class FlawedDevice: AuditDevice {
    /// Each is named after the check that must catch it.
    enum Flaw: String, CaseIterable {
        case losesTheTenthLine = "lines arrive whole and in order"
        case cutsLongLines = "the longest line arrives whole"
        case losesLinesOfOthers = "lines of several threads do not mix"
        case staysClosed = "after reopening, and after closing, lines go on"
    }

    private struct State {
        var lines: [[UInt8]] = []
        var writes = 0
        var isClosed = false
    }

    private let flaw: Flaw
    private let state = Mutex(State())

    init(_ flaw: Flaw) { self.flaw = flaw }

    var lines: [[UInt8]] { state.withLock { $0.lines } }

    func write(_ line: [UInt8], at now: Timestamp) {
        state.withLock { state in
            state.writes += 1
            switch flaw {
            case .losesTheTenthLine where state.writes == 10: return
            case .cutsLongLines: state.lines.append(Array(line.suffix(65_536)))
            case .losesLinesOfOthers where state.writes % 2 == 0: return
            case .staysClosed where state.isClosed: return
            default: state.lines.append(line)
            }
        }
    }

    func reopen() {}
    func close() { state.withLock { $0.isClosed = true } }
}

@Suite struct ConformanceKitTests {
    @Test("the kit catches a flawed device", arguments: FlawedDevice.Flaw.allCases)
    fileprivate func kitCatchesFlaws(_ flaw: FlawedDevice.Flaw) async {
        let device = FlawedDevice(flaw)
        let fixture = AuditDeviceFixture(device) { _ in device.lines }
        let checks = AuditDeviceCheck.all.filter { $0.name == flaw.rawValue }
        #expect(checks.count == 1)
        // Fails when the check records no issue.
        await withKnownIssue {
            for check in checks { try await check.run(fixture) }
        }
    }

    @Test("every check has a name of its own and a flaw that it catches")
    func checksAreNamed() {
        #expect(Set(AuditDeviceCheck.all.map(\.name)) == Set(FlawedDevice.Flaw.allCases.map(\.rawValue)))
    }
}
