import AuditDeviceConformance
import CofferBase
import CofferFramework
import FileAudit
import Glibc
import Testing

@Suite struct RotationTests {
    private let folder: TemporaryFolder
    /// 2026-01-01T00:00:00Z
    private let time = Timestamp(seconds: 1_767_225_600)

    init() throws { folder = try TemporaryFolder() }

    private func device(_ options: [String: String]) throws -> any AuditDevice {
        try FileAudit.kind.make(options.merging(["file_path": folder.file("audit.log")]) { $1 })
    }

    private func line(_ number: Int) -> [UInt8] { Array("line \(number)\n".utf8) }

    @Test("a file is moved away before it grows beyond its limit, and no line is lost")
    func bytes() throws {
        // Two lines of 7 bytes fit.
        let device = try device(["rotate_bytes": "14"])
        for number in 0..<5 { try device.write(line(number), at: time + .seconds(Int64(number))) }
        #expect(
            folder.names == [
                "audit.log", "audit.log.20260101T000002.000000000Z", "audit.log.20260101T000004.000000000Z",
            ])
        #expect(folder.lines(folder.names[1]) == [line(0), line(1)])
        #expect(folder.lines(folder.names[2]) == [line(2), line(3)])
        #expect(folder.lines("audit.log") == [line(4)])
    }

    @Test("what was in the file before the start counts")
    func existing() throws {
        try device([:]).write(line(0), at: time)
        let device = try device(["rotate_bytes": "14"])
        try device.write(line(1), at: time)
        try device.write(line(2), at: time + .nanoseconds(5))
        #expect(folder.names == ["audit.log", "audit.log.20260101T000000.000000005Z"])
        #expect(folder.lines("audit.log") == [line(2)])
    }

    @Test("a line longer than the limit is written all the same")
    func longLine() throws {
        let device = try device(["rotate_bytes": "3"])
        try device.write(line(0), at: time)
        #expect(folder.names == ["audit.log"])
        #expect(folder.lines("audit.log") == [line(0)])
    }

    @Test("a file is moved away when it is old enough")
    func age() throws {
        let device = try device(["rotate_duration": "1h"])
        try device.write(line(0), at: time)
        try device.write(line(1), at: time + .seconds(3599))
        #expect(folder.names == ["audit.log"])
        try device.write(line(2), at: time + .seconds(3600))
        #expect(folder.names == ["audit.log", "audit.log.20260101T010000.000000000Z"])
        #expect(folder.lines("audit.log") == [line(2)])
    }

    @Test("only the newest files are kept, and only what a rotation named is deleted")
    func maximum() throws {
        for name in ["audit.log.1", "audit.log.20260101T000000.000000000Z.gz", "audit.logs"] {
            close(open(folder.file(name), O_WRONLY | O_CREAT, 0o600))
        }
        let device = try device(["rotate_bytes": "7", "rotate_max_files": "2"])
        for number in 0..<6 { try device.write(line(number), at: time + .seconds(Int64(number))) }
        #expect(
            folder.names == [
                "audit.log", "audit.log.1", "audit.log.20260101T000000.000000000Z.gz",
                "audit.log.20260101T000004.000000000Z", "audit.log.20260101T000005.000000000Z", "audit.logs",
            ])
    }

    @Test("a file that somebody else rotated is not moved a second time")
    func rotatedByOthers() throws {
        let device = try device(["rotate_bytes": "7"])
        try device.write(line(0), at: time)
        rename(folder.file("audit.log"), folder.file("theirs"))
        try device.write(line(1), at: time)
        #expect(folder.names == ["audit.log", "theirs"])
        #expect(folder.lines("audit.log") == [line(1)])
    }

    @Test("a rotation that fails costs no line")
    func failure() throws {
        let device = try device(["rotate_bytes": "7"])
        try device.write(line(0), at: time)
        close(open(folder.file("audit.log.20260101T000000.000000000Z"), O_WRONLY | O_CREAT, 0o600))
        try device.write(line(1), at: time)
        #expect(folder.lines("audit.log") == [line(0), line(1)])
        #expect(folder.bytes("audit.log.20260101T000000.000000000Z") == [])
    }

    @Test(
        "wrong options are refused",
        arguments: [
            ["rotate_bytes": "x"], ["rotate_bytes": "-1"], ["rotate_duration": "x"], ["rotate_max_files": "-2"],
        ])
    func refusals(_ options: [String: String]) {
        let error = #expect(throws: EngineError.self) { try device(options) }
        #expect(error?.kind == .badRequest)
    }
}
