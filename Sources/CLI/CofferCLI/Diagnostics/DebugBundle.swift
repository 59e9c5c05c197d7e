internal import CofferBase
internal import CofferClient
internal import CofferJSON
internal import Glibc
internal import Synchronization

/// What a debug run has gathered, in memory until it is written.
final class DebugBundle: Sendable {
    private struct Content {
        var readings: [String: [JSON]] = [:]
        var files: [String: [UInt8]] = [:]
        var errors: [JSON] = []
    }

    private let content = Mutex(Content())
    private let time: Timestamp

    init(time: Timestamp) { self.time = time }

    /// One more answer for a file that is a list of answers.
    func add(_ reading: JSON, to file: String) { content.withLock { $0.readings[file, default: []].append(reading) } }

    /// More bytes at the end of a file.
    func append(_ bytes: [UInt8], to file: String) { content.withLock { $0.files[file, default: []] += bytes } }

    func note(_ error: String, _ target: String, at time: Timestamp) {
        let entry: JSON = ["error": .string(error), "target": .string(target), "timestamp": .string(time.rfc3339)]
        content.withLock { $0.errors.append(entry) }
    }

    var errors: [JSON] { content.withLock { $0.errors } }
    var names: [String] { content.withLock { (Array($0.readings.keys) + Array($0.files.keys)).sorted() } }

    /// Only its owner may read it: it tells much about a server.
    func write(to output: String, asArchive: Bool, index: JSON) throws {
        var files = content.withLock { content in
            content.files.merging(content.readings.mapValues { JSON.array($0).serialized() }) { first, _ in first }
        }
        files["index.json"] = Array(index.prettyText().utf8)
        let sorted = files.sorted { $0.key < $1.key }
        guard asArchive else { return try write(sorted, in: output) }
        let name = output.split(separator: "/").last.map(String.init) ?? output
        let folder = name.hasSuffix(".tar.gz") ? String(name.dropLast(7)) : String(name.dropLast(4))
        var archive = TarArchive(time: time.seconds)
        for file in sorted { archive.add(folder + "/" + file.key, file.value) }
        try LocalFile.replace(output, with: StoredGzip.wrap(archive.finished), mode: 0o600)
    }

    private func write(_ files: [(key: String, value: [UInt8])], in folder: String) throws {
        try makeFolder(folder)
        for (name, bytes) in files {
            if let slash = name.lastIndex(of: "/") { try makeFolder(folder + "/" + name[..<slash]) }
            try LocalFile.replace(folder + "/" + name, with: bytes, mode: 0o600)
        }
    }

    private func makeFolder(_ path: String) throws {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw CommandFailure.local("mkdir \(path): \(FileError.reason(errno))")
        }
    }
}
