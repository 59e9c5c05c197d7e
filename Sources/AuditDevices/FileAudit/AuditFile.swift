internal import CofferBase
internal import CofferFramework
internal import Glibc

/// An open audit file; closed when nobody holds it any more. Used under its device's lock.
final class AuditFile {
    private let descriptor: Int32
    let openedAt: Timestamp
    private(set) var size: Int

    init(_ path: String, mode: mode_t, at now: Timestamp) throws(AuditDeviceError) {
        // No link is followed at the last step, and only a plain file is taken (CVE-2026-5051).
        let flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
        descriptor = open(path, flags, mode)
        openedAt = now
        size = 0
        guard descriptor >= 0 else { throw Self.failure("the file cannot be opened") }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw AuditDeviceError("the path is not a plain file")
        }
        size = status.st_size
        guard fchmod(descriptor, mode) == 0 else { throw Self.failure("the file's mode cannot be set") }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Looks at the file again; false when it has lost its name.
    func refreshSize() -> Bool {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_nlink > 0 else { return false }
        size = status.st_size
        return true
    }

    /// Whether `path` still names this file.
    func isNamed(_ path: String) -> Bool {
        var (own, named) = (stat(), stat())
        guard fstat(descriptor, &own) == 0, lstat(path, &named) == 0 else { return false }
        return own.st_dev == named.st_dev && own.st_ino == named.st_ino
    }

    /// Writes the whole line, or takes back what was written of it.
    func append(_ line: [UInt8]) throws(AuditDeviceError) {
        var written = 0
        while written < line.count {
            let count = line.withUnsafeBytes { bytes in
                write(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                let failure = Self.failure("the line cannot be written")
                takeBack(written)
                throw failure
            }
            written += count
        }
        size += written
    }

    private func takeBack(_ count: Int) {
        var status = stat()
        guard count > 0, fstat(descriptor, &status) == 0 else { return }
        _ = ftruncate(descriptor, status.st_size - count)
    }

    private static func failure(_ what: String) -> AuditDeviceError {
        AuditDeviceError("\(what): \(String(cString: strerror(errno)))")
    }
}
