internal import CBase
internal import Glibc
internal import Synchronization

/// A private file without a name: what is too large for memory waits there, and the system removes it with the process.
package final class SpoolFile: Sendable {
    private let descriptor: Int32
    private let size = Mutex(0)

    /// - Parameter folder: on a disk with room for the content.
    package init(in folder: String) throws(ArchiveError) {
        descriptor = coffer_spool_file(folder)
        if descriptor < 0 { throw Self.failure("no spool file can be made in \(folder)") }
    }

    /// An existing archive, for reading.
    package init(opening path: String) throws(ArchiveError) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0 else { throw Self.failure("open \(path)") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw ArchiveError("\(path) is no plain file") }
        size.withLock { $0 = Int(status.st_size) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Bytes written so far.
    package var count: Int { size.withLock { $0 } }

    /// Adds bytes at the end. May block.
    package func append(_ bytes: [UInt8]) throws(ArchiveError) {
        let failure: ArchiveError? = size.withLock { size in
            var written = 0
            while written < bytes.count {
                let count = bytes.withUnsafeBytes { buffer in
                    pwrite(
                        descriptor, buffer.baseAddress?.advanced(by: written), buffer.count - written, off_t(size))
                }
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { return Self.failure("the spool file cannot be written") }
                written += count
                size += count
            }
            return nil
        }
        if let failure { throw failure }
    }

    /// Up to `count` bytes from `offset` on; empty at the end. May block.
    package func read(at offset: Int, count: Int) throws(ArchiveError) -> [UInt8] {
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: max(count, 0)) { buffer, filled in
            filled = 0
            while filled < buffer.count {
                let more = pread(
                    descriptor, buffer.baseAddress?.advanced(by: filled), buffer.count - filled,
                    off_t(offset + filled))
                if more < 0 && errno == EINTR { continue }
                if more < 0 { failed = true }
                guard more > 0 else { return }
                filled += more
            }
        }
        if failed { throw Self.failure("the spool file cannot be read") }
        return bytes
    }

    private static func failure(_ what: String) -> ArchiveError {
        ArchiveError("\(what): \(String(cString: strerror(errno)))")
    }
}
