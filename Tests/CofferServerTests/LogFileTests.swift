import CofferBase
import CofferConfig
import Glibc
import TestSupport
import Testing

@testable import CofferServer

@Suite struct LogFileTests {
    private struct Folder {
        let path: String

        init() throws {
            var template = Array("/tmp/coffer-log-XXXXXX".utf8CString)
            path = try #require(mkdtemp(&template).map { String(cString: $0) })
        }

        var names: [String] {
            guard let directory = opendir(path) else { return [] }
            defer { closedir(directory) }
            var names: [String] = []
            while let entry = readdir(directory) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != "." && name != ".." { names.append(name) }
            }
            return names.sorted()
        }

        func text(_ name: String) throws -> String {
            String(decoding: try ConfigurationFiles.contents(of: path + "/" + name), as: UTF8.self)
        }

        func remove() {
            for name in names { unlink(path + "/" + name) }
            rmdir(path)
        }
    }

    private static func settings(_ folder: Folder, _ change: (inout LogSettings) -> Void = { _ in }) -> LogSettings {
        var settings = LogSettings()
        settings.file = folder.path + "/own.log"
        change(&settings)
        return settings
    }

    @Test("lines are appended to what is there; a folder gets Vault's name")
    func append() throws {
        let folder = try Folder()
        defer { folder.remove() }
        let clock = ManualClock()
        for line in ["one\n", "two\n"] { try LogFile(Self.settings(folder), clock: clock).write(line) }
        #expect(try folder.text("own.log") == "one\ntwo\n")
        try LogFile(Self.settings(folder) { $0.file = folder.path + "/" }, clock: clock).write("x\n")
        #expect(folder.names == ["own.log", "vault.log"])
    }

    @Test("a file that is full or old is moved away, and as many old ones stay as are wanted")
    func rotation() throws {
        let folder = try Folder()
        defer { folder.remove() }
        let clock = ManualClock()
        let settings = Self.settings(folder) {
            $0.rotateBytes = 10
            $0.rotateDuration = .seconds(60)
            $0.rotateMaximumFiles = 2
        }
        let file = try LogFile(settings, clock: clock)
        for number in 1...3 {
            file.write("line \(number)\n")
            clock.advance(by: .seconds(1))
        }
        #expect(folder.names == ["own-1767225601000000000.log", "own-1767225602000000000.log", "own.log"])
        #expect(try folder.text("own.log") == "line 3\n")
        clock.advance(by: .seconds(60))
        file.write("4\n")
        #expect(folder.names == ["own-1767225602000000000.log", "own-1767225663000000000.log", "own.log"])
        #expect(try folder.text("own-1767225663000000000.log") == "line 3\n")
    }

    @Test("files of others are left alone, and none of the own stays when none is wanted")
    func pruning() throws {
        let folder = try Folder()
        defer { folder.remove() }
        for name in ["own-note.log", "own-12.txt", "other-12.log"] {
            close(open(folder.path + "/" + name, O_CREAT | O_WRONLY, 0o600))
        }
        let settings = Self.settings(folder) {
            $0.rotateBytes = 1
            $0.rotateMaximumFiles = -1
        }
        let file = try LogFile(settings, clock: ManualClock())
        for _ in 0..<3 { file.write("x\n") }
        #expect(folder.names == ["other-12.log", "own-12.txt", "own-note.log", "own.log"])
    }

    @Test(
        "a file that was moved away is made anew when told so; one that cannot be made keeps the server from starting")
    func reopening() throws {
        let folder = try Folder()
        defer { folder.remove() }
        let file = try LogFile(Self.settings(folder), clock: ManualClock())
        file.write("one\n")
        rename(folder.path + "/own.log", folder.path + "/moved")
        file.write("two\n")
        file.reopen()
        file.write("three\n")
        #expect(try folder.text("moved") == "one\ntwo\n")
        #expect(try folder.text("own.log") == "three\n")
        #expect(throws: ConfigurationError.self) {
            try LogFile(Self.settings(folder) { $0.file = folder.path + "/no/own.log" }, clock: ManualClock())
        }
    }
}
