import FuzzTargets
import Glibc
import Testing

/// What the fuzzers start from and what they found: a broken rule ends the process.
@Suite struct CorpusTests {
    private struct Unreadable: Error { let path: String }

    private static func corpus(from file: String = #filePath) -> String {
        let parts = file.split(separator: "/").dropLast(3)
        return "/" + parts.joined(separator: "/") + "/Fuzz/Corpus"
    }

    private static func names(in folder: String) throws -> [String] {
        guard let stream = opendir(folder) else { throw Unreadable(path: folder) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { start in
                start.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    private static func content(of path: String) throws -> [UInt8] {
        guard let file = fopen(path, "rb") else { throw Unreadable(path: path) }
        defer { fclose(file) }
        var content: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&piece, 1, piece.count, file), count > 0 { content += piece[..<count] }
        return content
    }

    @Test("every kept input is answered as the rules of its parser say", arguments: FuzzTarget.all.map(\.name))
    func replay(name: String) throws {
        let target = try #require(FuzzTarget.all.first { $0.name == name })
        let folder = Self.corpus() + "/" + name
        let inputs = try Self.names(in: folder)
        #expect(!inputs.isEmpty, "a target without a first input")
        for input in inputs { target.check(try Self.content(of: folder + "/" + input)) }
    }

    @Test("every kept input belongs to a target")
    func folders() throws {
        #expect(try Self.names(in: Self.corpus()) == FuzzTarget.all.map(\.name).sorted())
    }
}
