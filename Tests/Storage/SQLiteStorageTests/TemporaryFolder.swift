import Glibc
import SQLiteStorage

/// A folder of one test, removed with what is in it when the test ends.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("\(P_tmpdir)/coffer-sqlite-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw Failure() }
        path = String(cString: made)
    }

    deinit { Self.remove(path) }

    struct Failure: Error {}

    func open(_ options: SQLiteStorage.Options = .init()) throws -> SQLiteStorage {
        try SQLiteStorage.open(folder: path, options: options)
    }

    func read(_ name: String) throws -> [UInt8] {
        let descriptor = Glibc.open("\(path)/\(name)", O_RDONLY)
        guard descriptor >= 0 else { throw Failure() }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: Int(lseek(descriptor, 0, SEEK_END)))
        guard pread(descriptor, &bytes, bytes.count, 0) == bytes.count else { throw Failure() }
        return bytes
    }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        let descriptor = Glibc.open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        guard descriptor >= 0, Glibc.write(descriptor, bytes, bytes.count) == bytes.count else { throw Failure() }
        close(descriptor)
    }

    /// Copies files to another folder, those that are there.
    func copy(_ names: [String], to other: TemporaryFolder) throws {
        for name in names where access("\(path)/\(name)", F_OK) == 0 { try other.write(name, read(name)) }
    }

    /// Permission bits of a file in the folder, or of the folder itself for an empty name.
    func mode(_ name: String) -> mode_t {
        var status = stat()
        return stat("\(path)/\(name)", &status) == 0 ? status.st_mode & 0o777 : 0
    }

    func size(_ name: String) -> Int {
        var status = stat()
        return stat("\(path)/\(name)", &status) == 0 ? Int(status.st_size) : 0
    }

    private static func remove(_ path: String) {
        if let folder = opendir(path) {
            while let entry = readdir(folder) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != "." && name != ".." { remove("\(path)/\(name)") }
            }
            closedir(folder)
            rmdir(path)
        } else {
            unlink(path)
        }
    }
}
