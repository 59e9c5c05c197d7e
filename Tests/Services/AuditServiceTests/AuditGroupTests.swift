import CofferBase
import CofferFramework
import Synchronization
import Testing

@testable import AuditService

/// Keeps what it is given; refuses anything with a marked line.
private final class KeepingDevice: AuditDevice {
    let writes = Mutex<[String]>([])

    func write(_ line: [UInt8], at now: Timestamp) throws(AuditDeviceError) {
        let text = String(decoding: line, as: UTF8.self)
        if text.contains("refused") { throw AuditDeviceError("refused") }
        writes.withLock { $0.append(text) }
    }

    func reopen() {}
    func close() {}

    var lines: [Substring] { writes.withLock { $0.joined() }.split(separator: "\n") }
}

@Suite struct AuditGroupTests {
    private func write(_ names: [String], to group: AuditGroup) async -> [String: Bool] {
        await withTaskGroup(of: (String, Bool).self) { tasks in
            for name in names {
                tasks.addTask {
                    do throws(AuditDeviceError) {
                        try await group.write(Array("\(name)\n".utf8), at: Timestamp(seconds: 1))
                        return (name, true)
                    } catch {
                        return (name, false)
                    }
                }
            }
            return await tasks.reduce(into: [:]) { outcomes, one in outcomes[one.0] = one.1 }
        }
    }

    @Test("every line is written once, and its writer goes on only then")
    func wholeLines() async {
        let device = KeepingDevice()
        let group = AuditGroup(device)
        let names = (0..<500).map { "line \($0)" }
        let outcomes = await write(names, to: group)
        #expect(outcomes.count == 500 && outcomes.values.allSatisfy(\.self))
        #expect(device.lines.map(String.init).sorted() == names.sorted())
        #expect(device.writes.withLock { $0.count } <= 500)
    }

    @Test("a line that is refused takes none of those with it that were gathered with it")
    func refusedLine() async {
        let device = KeepingDevice()
        let group = AuditGroup(device)
        let names = (0..<300).map { $0 % 7 == 0 ? "refused \($0)" : "line \($0)" }
        let outcomes = await write(names, to: group)
        for name in names { #expect(outcomes[name] == !name.hasPrefix("refused")) }
        #expect(device.lines.count == names.count { !$0.hasPrefix("refused") })
    }
}
