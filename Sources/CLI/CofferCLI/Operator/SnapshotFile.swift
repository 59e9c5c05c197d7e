internal import CofferClient
internal import Glibc
internal import SnapshotArchive

/// A snapshot on the local disk.
struct SnapshotFile: Sendable {
    let path: String
    /// As large as any entry of any storage.
    static let largestEntry = 1 << 30

    init(_ path: String) { self.path = path }

    /// Writes beside the name, verifies, then takes the name: nobody finds half a snapshot.
    func save(with client: Client) async throws {
        let fresh = path + ".part"
        unlink(fresh)
        let file = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw Self.failure("Error opening the snapshot file", fresh) }
        defer {
            close(file)
            unlink(fresh)
        }
        try await explaining("Error taking the snapshot") { () async throws(ClientError) in
            try await client.download(APIRequest(.get, "sys/storage/raft/snapshot"), to: file)
        }
        do {
            _ = try ReceivedArchive(SpoolFile(opening: fresh), largestValue: Self.largestEntry)
        } catch {
            throw CommandFailure.remote("Error taking the snapshot: \(error)")
        }
        guard fsync(file) == 0, rename(fresh, path) == 0 else { throw Self.failure("Error saving the snapshot", path) }
        syncFolder()
    }

    /// The new name must outlast a crash as well.
    private func syncFolder() {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let folder = open(parts.isEmpty ? "." : parts.joined(separator: "/") + "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        _ = fsync(folder)
        close(folder)
    }

    func restore(with client: Client, isForced: Bool) async throws {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Self.failure("Error opening the snapshot file", path) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else {
            throw CommandFailure.local("Error installing the snapshot: \(path) is empty or no plain file")
        }
        let request = APIRequest(.post, isForced ? "sys/storage/raft/snapshot-force" : "sys/storage/raft/snapshot")
        try await explaining("Error installing the snapshot") { () async throws(ClientError) in
            try await client.upload(request, from: file, size: Int(status.st_size))
        }
    }

    private static func failure(_ what: String, _ path: String) -> CommandFailure {
        .local("\(what): open \(path): \(FileError.reason(errno))")
    }
}
