internal import CofferBase
internal import CofferFramework
internal import Glibc

/// Snapshots as files of a folder.
struct FolderTarget: SnapshotTarget {
    private static let pieceSize = 256 << 10

    let plan: SnapshotPlan
    private let pool = BlockingPool(threads: 1)

    init(_ plan: SnapshotPlan) { self.plan = plan }

    private func path(_ name: String) -> String {
        (plan.pathPrefix.hasSuffix("/") ? plan.pathPrefix : plan.pathPrefix + "/") + name
    }

    func url(_ name: String) -> String { "file://" + path(name) }

    /// A file that is not whole has another name, so that nobody takes it for a snapshot.
    func store(_ name: String, _ content: ByteStream) async throws(SnapshotFailure) {
        defer { content.close() }
        let (final, partial) = (path(name), path("." + name + ".partial"))
        let folder = plan.pathPrefix
        do {
            try await makeRoom()
            let file = try await pool.run { try OpenFile(creating: partial, in: folder) }
            do {
                while let piece = try await content.next() { try await pool.run { try file.write(piece) } }
                try await pool.run { try file.finish(as: final, in: folder) }
            } catch {
                unlink(partial)
                throw error
            }
        } catch {
            throw error as? SnapshotFailure ?? SnapshotFailure("the snapshot could not be made")
        }
    }

    private func makeRoom() async throws {
        let limit = plan.localMaximumSpace
        if limit == 0 { return }
        let paths = try await names().map(path)
        let used = try await pool.run { paths.reduce(0) { $0 + OpenFile.size(of: $1) } }
        guard used < limit else { throw SnapshotFailure("the snapshots in the folder take local_max_space already") }
    }

    func names() async throws(SnapshotFailure) -> [String] {
        do {
            let folder = plan.pathPrefix
            return try await pool.run { OpenFile.names(in: folder) }.filter { plan.made($0) }.sorted()
        } catch {
            throw SnapshotFailure("the folder of snapshots cannot be read")
        }
    }

    func read(_ name: String) async throws(SnapshotFailure) -> ByteStream? {
        let (pool, path) = (pool, path(name))
        do {
            let file = try await pool.run { try OpenFile(reading: path) }
            return ByteStream { try await pool.run { try file.read(Self.pieceSize) } }
        } catch {
            throw error as? SnapshotFailure ?? SnapshotFailure("the snapshot cannot be read")
        }
    }

    func remove(_ name: String) async throws(SnapshotFailure) {
        let path = path(name)
        do {
            try await pool.run {
                guard unlink(path) == 0 || errno == ENOENT else { throw OpenFile.failure("removed", path) }
            }
        } catch {
            throw error as? SnapshotFailure ?? SnapshotFailure("an old snapshot cannot be removed")
        }
    }
}

/// One file. Used by one thread at a time.
private final class OpenFile: Sendable {
    private let descriptor: CInt
    private let path: String

    init(creating path: String, in folder: String) throws(SnapshotFailure) {
        self.path = path
        mkdir(folder, 0o700)
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.failure("made", path) }
    }

    init(reading path: String) throws(SnapshotFailure) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure("read", path) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    func write(_ bytes: [UInt8]) throws(SnapshotFailure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw Self.failure("written", path) }
            rest = rest.dropFirst(count)
        }
    }

    /// Nil at the end.
    func read(_ count: Int) throws(SnapshotFailure) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        let received = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
        guard received >= 0 else { throw Self.failure("read", path) }
        return received == 0 ? nil : Array(bytes.prefix(received))
    }

    /// On the disk with content and name before it returns.
    func finish(as name: String, in folder: String) throws(SnapshotFailure) {
        guard fsync(descriptor) == 0, rename(path, name) == 0 else { throw Self.failure("finished", name) }
        let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw Self.failure("finished", name) }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw Self.failure("finished", name) }
    }

    static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
        }
        return names
    }

    static func size(of path: String) -> Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }

    static func failure(_ what: String, _ path: String) -> SnapshotFailure {
        SnapshotFailure("\(path) cannot be \(what): \(String(cString: strerror(errno)))")
    }
}
