internal import CofferStorage
internal import Glibc
internal import Synchronization

/// The folder of a database: private, and locked for as long as the storage is open.
final class SQLiteFolder: Sendable {
    let path: String
    /// The lock, not a process id, tells whether another server is alive; it ends with the process.
    private let lock: Mutex<Int32?>

    var databasePath: String { path + "/coffer.db" }

    init(_ path: String) throws(StorageOpenError) {
        if path.isEmpty || path.utf8.contains(0) { throw StorageOpenError("the storage path is not a path") }
        self.path = path
        try Self.makeFolder(path)
        let descriptor = try Self.makeFile(path + "/coffer.lock")
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            Glibc.close(descriptor)
            throw StorageOpenError("another server is using the storage folder \(path); stop it first")
        }
        lock = Mutex(descriptor)
        // Only now: closing any descriptor of the database drops all of this process's locks on it, which
        // would be harmful while a storage is open. SQLite gives its log files the mode of the database.
        Glibc.close(try Self.makeFile(databasePath))
        try Self.syncFolder(path)
    }

    deinit { unlock() }

    /// Lets another server use the folder.
    func unlock() {
        lock.withLock { lock in
            if let descriptor = lock { Glibc.close(descriptor) }
            lock = nil
        }
    }

    /// Makes the folder, and those above it that are missing, for the owner only.
    private static func makeFolder(_ path: String) throws(StorageOpenError) {
        if mkdir(path, 0o700) == 0 {
            // The umask may have taken more than group and others.
            chmod(path, 0o700)
            return
        }
        if errno == ENOENT, let parent = parent(of: path) {
            try makeFolder(parent)
            try makeFolder(path)
            try syncFolder(parent)
        } else if errno != EEXIST {
            throw StorageOpenError("the storage folder \(path) cannot be made: \(reason())")
        }
    }

    private static func parent(of path: String) -> String? {
        var parts = path.split(separator: "/", omittingEmptySubsequences: true)
        if parts.popLast() == nil || parts.isEmpty { return nil }
        return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    }

    /// Opens a file, made for the owner only whatever the umask.
    private static func makeFile(_ path: String) throws(StorageOpenError) -> Int32 {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StorageOpenError("\(path) cannot be opened for writing: \(reason())") }
        // Some file systems have no modes; the values are encrypted anyway.
        fchmod(descriptor, 0o600)
        return descriptor
    }

    /// A new file is only safe when its name is on the disk too.
    private static func syncFolder(_ path: String) throws(StorageOpenError) {
        let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StorageOpenError("\(path) cannot be opened: \(reason())") }
        defer { Glibc.close(descriptor) }
        if fsync(descriptor) != 0 { throw StorageOpenError("\(path) cannot be synced: \(reason())") }
    }

    private static func reason() -> String { String(cString: strerror(errno)) }
}
