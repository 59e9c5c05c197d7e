internal import Glibc

/// The highest storage version seen in a folder, kept beside the database so
/// that a restored older database is noticed (contract rule L3).
struct VersionNote: Sendable {
    private let path: String

    init(folder: String) { path = folder + "/coffer.version" }

    /// Why the database is suspicious: it is older than what was seen here before.
    func regression(from version: UInt64) -> String? {
        guard let noted = read(), noted > version else { return nil }
        return "storage_epoch_regression: the database is at version \(version), but version \(noted) was seen in this "
            + "folder before, so an older copy was put in its place; writes since then are gone. "
            + "To accept this, remove \(path)"
    }

    /// Notes a version unless a higher one is noted: write, sync, rename (rule L4). The note is only
    /// an alarm, so that failing to write it stops nothing.
    func write(_ version: UInt64) {
        if let noted = read(), noted >= version { return }
        let fresh = path + ".new"
        let descriptor = Glibc.open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        fchmod(descriptor, 0o600)
        let text = Array("\(version)\n".utf8)
        let isWritten =
            text.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) } == text.count
            && fsync(descriptor) == 0
        Glibc.close(descriptor)
        if isWritten { rename(fresh, path) } else { unlink(fresh) }
    }

    private func read() -> UInt64? {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { Glibc.close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 32)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return nil }
        return UInt64(String(decoding: buffer[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }
}
