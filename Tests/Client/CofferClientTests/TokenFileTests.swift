internal import CofferBase
internal import Glibc
internal import Testing

@testable internal import CofferClient

@Suite("The file of the token")
struct TokenFileTests {
    @Test("a token is stored for its owner only, read back without white space, and erased")
    func roundTrip() throws {
        let folder = "/tmp/coffer-token-" + (try RandomSource.system.uuid())
        try #require(mkdir(folder, 0o700) == 0)
        defer { rmdir(folder) }
        let file = try #require(TokenFile(environment: ["HOME": folder]))
        #expect(try file.read().isEmpty)
        try file.store("old")
        try file.store("hvs.new\n")
        #expect(try file.read() == "hvs.new")
        var status = stat()
        #expect(stat(file.path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        try file.erase()
        #expect(try file.read().isEmpty)
        try file.erase()
    }

    @Test("without a home folder there is no file")
    func noHome() { #expect(TokenFile(environment: [:]) == nil) }

    @Test("a file that cannot be read is named with the reason")
    func missing() {
        let error = #expect(throws: FileError.self) { try LocalFile.read("/nosuch/file") }
        #expect(error?.description == "open /nosuch/file: no such file or directory")
    }
}
