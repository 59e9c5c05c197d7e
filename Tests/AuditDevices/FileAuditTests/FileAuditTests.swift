import AuditDeviceConformance
import CofferBase
import CofferFramework
import FileAudit
import Glibc
import Testing

@Suite struct FileAuditTests {
    private let folder: TemporaryFolder
    private let time = Timestamp(seconds: 1_767_225_600)

    init() throws { folder = try TemporaryFolder() }

    private func device(_ options: [String: String] = [:], name: String = "audit.log") throws -> any AuditDevice {
        try FileAudit.kind.make(options.merging(["file_path": folder.file(name)]) { $1 })
    }

    private func line(_ text: String) -> [UInt8] { Array((text + "\n").utf8) }

    private func mode(_ name: String) -> mode_t {
        var status = stat()
        return stat(folder.file(name), &status) == 0 ? status.st_mode & 0o7777 : 0
    }

    @Test("does what every audit device must do", arguments: AuditDeviceCheck.all)
    func conformance(_ check: AuditDeviceCheck) async throws {
        let folder = folder
        try await check.run(AuditDeviceFixture(try device()) { _ in folder.lines("audit.log") })
    }

    @Test("what a short write left is taken back, and the next line is whole")
    func shortWrite() throws {
        // The limit is the process's, so the file begins far above what other tests write.
        let begun = 64 << 20
        #expect(truncateNew("audit.log", to: begun))
        let device = try device()
        try device.write(line("first"), at: time)
        signal(SIGXFSZ, SIG_IGN)
        var limit = rlimit(rlim_cur: rlim_t(begun + 10), rlim_max: rlim_t.max)
        #expect(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
        let long = line(String(repeating: "x", count: 100))
        let error = #expect(throws: AuditDeviceError.self) { try device.write(long, at: time) }
        limit.rlim_cur = rlim_t.max
        #expect(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
        #expect(error?.reason.contains("xxx") == false)
        try device.write(line("second"), at: time)
        #expect(folder.bytes("audit.log")?.dropFirst(begun).elementsEqual("first\nsecond\n".utf8) == true)
    }

    private func truncateNew(_ name: String, to size: Int) -> Bool {
        let descriptor = open(folder.file(name), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        return descriptor >= 0 && ftruncate(descriptor, size) == 0
    }

    @Test("a deleted file is noticed and made anew")
    func deletion() throws {
        let device = try device()
        try device.write(line("one"), at: time)
        unlink(folder.file("audit.log"))
        try device.write(line("two"), at: time + .milliseconds(100))
        #expect(folder.lines("audit.log") == [line("two")])
    }

    @Test("a moved file is followed until it is reopened")
    func moved() throws {
        let device = try device()
        try device.write(line("one"), at: time)
        rename(folder.file("audit.log"), folder.file("old"))
        try device.write(line("two"), at: time + .seconds(1))
        try device.reopen()
        try device.write(line("three"), at: time + .seconds(2))
        #expect(folder.lines("old") == [line("one"), line("two")])
        #expect(folder.lines("audit.log") == [line("three")])
    }

    @Test("an existing file is added to")
    func appending() throws {
        try device().write(line("one"), at: time)
        try device().write(line("two"), at: time)
        #expect(folder.lines("audit.log") == [line("one"), line("two")])
    }

    @Test(
        "links, folders, pipes and devices are refused, by either option (CVE-2026-5051)",
        arguments: ["file_path", "path"])
    func targets(_ option: String) throws {
        symlink(folder.file("elsewhere"), folder.file("link"))
        mkfifo(folder.file("pipe"), 0o600)
        for path in [folder.file("link"), folder.file("pipe"), folder.path, "/dev/null"] {
            let device = try FileAudit.kind.make([option: path])
            #expect(throws: AuditDeviceError.self) { try device.write(line("x"), at: time) }
        }
        #expect(folder.names == ["link", "pipe"])
    }

    @Test("a path must be absolute and clean, by either option", arguments: ["file_path", "path"])
    func paths(_ option: String) {
        for path in ["", "relative", "./x", "/a/../b", "/a/./b", "/a//b", "/a/"] {
            let error = #expect(throws: EngineError.self) { try FileAudit.kind.make([option: path]) }
            #expect(error?.kind == .badRequest)
        }
    }

    @Test("the mode is set, also on a file that exists", arguments: [("", 0o600), ("0640", 0o640), ("0000", 0o600)])
    func modes(_ text: String, _ wanted: mode_t) throws {
        close(open(folder.file("audit.log"), O_WRONLY | O_CREAT, 0o666))
        try device(text.isEmpty ? [:] : ["mode": text]).write(line("x"), at: time)
        #expect(mode("audit.log") == wanted)
    }

    @Test("execute bits and worse are no mode (CVE-2025-6000)", arguments: ["0755", "4600", "0601", "abc", "9"])
    func wrongModes(_ text: String) {
        let error = #expect(throws: EngineError.self) { try device(["mode": text]) }
        #expect(error?.kind == .badRequest)
    }

    @Test("discard takes everything and keeps nothing")
    func discard() throws {
        let device = try FileAudit.kind.make(["file_path": "discard"])
        try device.write(line("x"), at: time)
        #expect(folder.names.isEmpty)
    }
}
