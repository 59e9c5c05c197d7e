internal import Glibc

/// A folder that goes away, with the files in it, when nobody holds it any more.
package final class TemporaryFolder: Sendable {
    package let path: String

    package struct NoFolder: Error {}

    package init() throws {
        var template = Array("/tmp/coffer-audit-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw NoFolder() }
        path = String(cString: made)
    }

    deinit {
        for name in names { unlink(path + "/" + name) }
        rmdir(path)
    }

    package func file(_ name: String) -> String { path + "/" + name }

    /// Sorted.
    package var names: [String] {
        guard let stream = opendir(path) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Nil when there is no such file.
    package func bytes(_ name: String) -> [UInt8]? {
        let descriptor = open(file(name), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return bytes }
            bytes += buffer.prefix(count)
        }
    }

    package func lines(_ name: String) -> [[UInt8]] {
        var lines = (bytes(name) ?? []).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { Array($0) + [UInt8(ascii: "\n")] }
        if !lines.isEmpty { lines.removeLast() }
        return lines
    }
}
