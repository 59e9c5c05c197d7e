internal import CBase
internal import Glibc

/// Bytes under a path that only this process can open, for libraries that want certificates and keys as files.
///
/// Never on a disk; gone with the last reference.
package final class MemoryFile: Sendable {
    private let descriptor: Int32

    package var path: String { "/proc/self/fd/\(descriptor)" }

    /// Nil when the system has no descriptor or memory left.
    package init?(_ text: String) {
        var text = text
        descriptor = text.withUTF8 { coffer_memory_file($0.baseAddress, $0.count) }
        if descriptor < 0 { return nil }
    }

    deinit { close(descriptor) }
}
