internal import CofferStorage
internal import PostgresClient

extension PostgresFailure {
    /// Division by zero: how a check inside a pipeline stops what comes after it.
    var isFailedCheck: Bool { sqlState == "22012" }

    /// The lock was not free in time.
    var isLockTimeout: Bool { sqlState == "55P03" }

    /// The database says that what it has stored is damaged.
    private var isCorruption: Bool { ["XX001", "XX002"].contains(sqlState) }

    /// For statements that have had no effect.
    var storageError: StorageError {
        if isCorruption { return .broken("the database reports damaged data (SQLSTATE \(sqlState))") }
        if isConflict { return .conflict }
        if sqlState == "53100" { return .unavailable("disk full: the database has no room to write") }
        return .unavailable("the database: \(text)")
    }
}

extension StorageHealth {
    func report(_ failure: PostgresFailure) -> StorageError { report(failure.storageError) }
}
