import CofferBase
import CofferFramework
import Logging
import Testing

@testable internal import AuditService

@Suite struct AuditLaneTests {
    private let timeout = Duration.milliseconds(200)
    private let time = Timestamp(seconds: 1_767_225_600)
    private let device: StallingDevice
    private let lane: AuditLane

    init() {
        device = StallingDevice(writeTimeout: timeout)
        lane = AuditLane(device, name: "remote/", log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func line(_ number: Int) -> [UInt8] { Array("line \(number)\n".utf8) }

    /// Whether the device accepted it, and how long that took.
    private func write(_ line: [UInt8]) -> (isAccepted: Bool, elapsed: Duration) {
        var isAccepted = true
        let elapsed = ContinuousClock().measure {
            do throws(AuditDeviceError) { try lane.write(line, at: time) } catch { isAccepted = false }
        }
        return (isAccepted, elapsed)
    }

    @Test("a stalled device delays one line by its deadline, and none after it; all arrive in order when it recovers")
    func stall() throws {
        #expect(write(line(0)).isAccepted)
        device.stall(true)
        let first = write(line(1))
        #expect(!first.isAccepted)
        #expect(first.elapsed >= timeout && first.elapsed < timeout * 5)
        let rest = ContinuousClock().measure {
            for number in 2..<100 { #expect(!write(line(number)).isAccepted) }
        }
        #expect(rest < timeout)
        device.stall(false)
        #expect(device.received(100) == (0..<100).map(line))
        #expect(device.preparations > 0)
    }

    @Test("after it caught up the device is written to by the requests again")
    func recovery() {
        device.stall(true)
        #expect(!write(line(0)).isAccepted)
        device.stall(false)
        #expect(device.received(1) == [line(0)])
        // The lane's thread may need a moment to see that the spool is empty.
        let deadline = Deadline(in: .seconds(20))
        var number = 1
        while !write(line(number)).isAccepted && !deadline.hasPassed { number += 1 }
        #expect(!deadline.hasPassed)
        #expect(device.received(number + 1) == (0...number).map(line))
    }

    @Test("however many wait for a stalled device, each waits for one deadline at most")
    func manyWaiters() async throws {
        device.stall(true)
        let pool = BlockingPool(threads: 8)
        let slowest = try await withThrowingTaskGroup(of: Duration.self) { group in
            for number in 0..<8 {
                group.addTask { try await pool.run { write(line(number)).elapsed } }
            }
            return try await group.reduce(.zero) { max($0, $1) }
        }
        #expect(slowest < timeout * 3)
        device.stall(false)
        #expect(Set(device.received(8)) == Set((0..<8).map(line)))
    }

    @Test("the device sees one thread at a time, and gets every line once")
    func turns() async throws {
        let pool = BlockingPool(threads: 8)
        try await withThrowingTaskGroup { group in
            for number in 0..<2000 {
                group.addTask { try await pool.run { #expect(write(line(number)).isAccepted) } }
            }
            try await group.waitForAll()
        }
        #expect(device.mostUsers == 1)
        let lines = device.received(2000)
        #expect(lines.count == 2000)
        #expect(Set(lines) == Set((0..<2000).map(line)))
    }

    @Test("the spool is bounded: what does not fit is given up, the oldest lines are kept")
    func bound() {
        device.stall(true)
        let big = [UInt8](repeating: UInt8(ascii: "x"), count: AuditLane.spoolLimit / 2) + [UInt8(ascii: "\n")]
        for _ in 0..<4 { #expect(!write(big).isAccepted) }
        #expect(!write(line(1)).isAccepted)
        device.stall(false)
        #expect(device.received(2) == [big, line(1)])
    }

    @Test("a line that the device can never take is refused alone")
    func refusedLine() {
        device.refuse(line(1))
        #expect(write(line(0)).isAccepted)
        #expect(!write(line(1)).isAccepted)
        #expect(write(line(2)).isAccepted)
        // In the spool it must not hold up those behind it.
        device.stall(true)
        for number in [3, 1, 4] { #expect(!write(line(number)).isAccepted) }
        device.stall(false)
        #expect(device.received(4) == [0, 2, 3, 4].map(line))
    }

    @Test("a closed lane closes its device and takes nothing more, also while the device is stalled")
    func closing() {
        device.stall(true)
        #expect(!write(line(0)).isAccepted)
        lane.close()
        let late = write(line(1))
        #expect(!late.isAccepted)
        #expect(late.elapsed < timeout)
        device.stall(false)
        let other = AuditLane(device, name: "x/", log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        other.close()
        #expect(device.isClosed)
    }
}
