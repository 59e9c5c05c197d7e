internal import CofferBase
internal import CofferStorage
internal import Synchronization

/// Copies the write-ahead log into the database file beside the writer, on a thread and a connection of its own.
///
/// SQLite begins its log anew only when all of it has been copied, which never happens while somebody writes. So
/// this copies almost everything, and the writer the rest, in a pause that is short.
final class SQLiteCheckpointer: Sendable {
    enum Progress {
        /// Nothing is being copied.
        case idle
        case copying
        /// So little is left that the writer may copy it.
        case nearlyDone
    }

    /// Pages that the writer copies in one pause, and how often this tries to get there.
    private static let rest = 64
    private static let rounds = 4

    private let progressNow = Mutex(Progress.idle)
    private let connection: Mutex<SQLiteConnection?>
    private let thread = BlockingPool(threads: 1)
    private let note: VersionNote
    private let health: StorageHealth

    init(_ connection: sending SQLiteConnection, note: VersionNote, health: StorageHealth) {
        self.connection = Mutex(connection)
        self.note = note
        self.health = health
    }

    var progress: Progress { progressNow.withLock { $0 } }

    /// Begins to copy; does nothing when that is under way.
    /// - Parameter version: of the storage, to be noted.
    func start(at version: UInt64) {
        let mustStart = progressNow.withLock { progress in
            guard case .idle = progress else { return false }
            progress = .copying
            return true
        }
        if mustStart, !thread.submit({ [self] in copy(version) }) { finish() }
    }

    /// Waits for what runs.
    func wait() { connection.withLock { _ in } }

    /// The writer has copied the rest.
    func finish() { progressNow.withLock { $0 = .idle } }

    /// Waits for what runs, and closes the connection. Blocks its caller.
    func close() {
        thread.shutdown()
        connection.withLock { $0 = nil }
    }

    private func copy(_ version: UInt64) {
        guard connection.withLock({ isCopied(by: $0) }) else { return finish() }
        note.write(version)
        progressNow.withLock { $0 = .nearlyDone }
    }

    /// False after a failure, such as a full disk, which may have room at the next try.
    private func isCopied(by connection: SQLiteConnection?) -> Bool {
        guard let connection else { return false }
        for _ in 0..<Self.rounds {
            guard health.failure == nil else { return false }
            do throws(SQLiteFailure) {
                if try connection.checkpoint() <= Self.rest { break }
            } catch {
                _ = health.report(error)
                return false
            }
        }
        return true
    }
}
