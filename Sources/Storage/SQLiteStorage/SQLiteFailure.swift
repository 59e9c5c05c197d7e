internal import CSQLite
internal import CofferStorage
internal import Glibc

/// What SQLite answered; the message names no values.
struct SQLiteFailure: Error {
    /// SQLite's extended result code.
    let code: Int32
    /// errno of the last system call that failed.
    let systemCode: Int32
    let message: String

    /// SQLite says FULL for most of them. Growing the shared index of the log is an I/O error to it, of which it does not
    /// always know the cause; nothing that has to last is in there.
    private var isDiskFull: Bool {
        switch code {
        case SQLITE_FULL, CSQLITE_IOERR_SHMSIZE: true
        case CSQLITE_IOERR_WRITE, CSQLITE_IOERR_TRUNCATE: systemCode == ENOSPC || systemCode == EDQUOT
        default: false
        }
    }

    /// Full disk: nothing was written and later writes may succeed. A failed sync, any other I/O
    /// error or corruption is final: what a failed fsync left behind, nobody can know (rule L5).
    var storageError: StorageError {
        if isDiskFull { return .unavailable("disk full: the storage has no room to write") }
        return switch code & 0xff {
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_NOMEM, SQLITE_CANTOPEN, SQLITE_INTERRUPT:
            .unavailable(message)
        case SQLITE_IOERR where code == CSQLITE_IOERR_NOMEM: .unavailable(message)
        default: .broken("\(message) (SQLite \(code), system \(systemCode))")
        }
    }
}

extension StorageHealth {
    func report(_ failure: SQLiteFailure) -> StorageError { report(failure.storageError) }
}
