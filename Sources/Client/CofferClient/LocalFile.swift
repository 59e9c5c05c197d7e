package import Glibc

/// A file that could not be read or written: `open PATH: no such file or directory`.
package struct FileError: Error, Sendable, CustomStringConvertible {
    package let description: String
    /// Whether there is no such file.
    package let isMissing: Bool

    init(_ action: String, _ path: String, _ code: CInt) {
        isMissing = code == ENOENT
        description = "\(action) \(path): \(Self.reason(code))"
    }

    /// The system's sentence for an error number, in lower case as Go prints it.
    package static func reason(_ code: CInt) -> String {
        guard let text = strerror(code) else { return "error \(code)" }
        let sentence = String(cString: text)
        return sentence.prefix(1).lowercased() + sentence.dropFirst()
    }
}

/// Whole files on the local disk.
package enum LocalFile {
    package static func read(_ path: String) throws(FileError) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw FileError("open", path, errno) }
        defer { close(file) }
        return try readAll(file, path)
    }

    /// Everything up to the end of an open file, such as standard input (0).
    package static func readAll(_ file: CInt, _ path: String) throws(FileError) -> [UInt8] {
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = block.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileError("read", path, errno) }
            if count == 0 { return bytes }
            bytes += block[..<count]
        }
    }

    /// Writes a new file beside `path` and puts it in its place, so that no reader sees half of it.
    package static func replace(_ path: String, with bytes: [UInt8], mode: mode_t) throws(FileError) {
        let temporary = path + ".tmp"
        // An old temporary file may have another owner or mode: never write through it.
        unlink(temporary)
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
        guard file >= 0 else { throw FileError("open", temporary, errno) }
        defer { close(file) }
        try write(file, bytes, temporary)
        guard rename(temporary, path) == 0 else { throw FileError("rename", temporary, errno) }
    }

    /// Writes all of `bytes` to an open file.
    package static func write(_ file: CInt, _ bytes: [UInt8], _ path: String) throws(FileError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileError("write", path, errno) }
            rest = rest.dropFirst(count)
        }
    }

    /// Whether anything has this name; a link counts, wherever it leads.
    package static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Removes a file that may already be gone.
    package static func remove(_ path: String) throws(FileError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw FileError("remove", path, errno) }
    }
}
