import AuditDeviceConformance
import CofferBase
import CofferFramework
import FileAudit
import Glibc
import Testing

/// Standard output's device over a pipe of the test's own.
@Suite struct StreamAuditTests {
    private let time = Timestamp(seconds: 1_767_225_600)

    private func pipe() -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        _ = Glibc.pipe(&ends)
        return (ends[0], ends[1])
    }

    private func readAll(_ descriptor: Int32) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = read(descriptor, &bytes, bytes.count)
        return Array(bytes.prefix(max(count, 0)))
    }

    @Test("a line is written, and the descriptor that others use stays as it was")
    func line() throws {
        let (reader, writer) = pipe()
        let device = StreamAudit(writer, writeTimeout: .seconds(2))
        try device.prepare()
        try device.write(Array("{}\n".utf8), at: time)
        #expect(readAll(reader) == Array("{}\n".utf8))
        #expect(fcntl(writer, F_GETFL) & O_NONBLOCK == 0)
        close(reader)
        close(writer)
    }

    @Test(
        "a reader that fell asleep delays a line by its deadline only; the next line is not glued to what was cut off")
    func sleepingReader() throws {
        let (reader, writer) = pipe()
        let device = StreamAudit(writer, writeTimeout: .milliseconds(50))
        try device.prepare()
        let long = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        let clock = ContinuousClock()
        let elapsed = clock.measure {
            #expect(throws: AuditDeviceError.self) { try device.write(long, at: time) }
        }
        #expect(elapsed >= .milliseconds(50) && elapsed < .seconds(2))
        _ = readAll(reader)
        try device.write(Array("{}\n".utf8), at: time)
        #expect(readAll(reader) == Array("\n{}\n".utf8))
        close(reader)
        close(writer)
    }
}
