internal import CofferStorage
internal import Synchronization

/// What this process has seen of the storage, to notice an older copy of it or another one in its place (rule E8).
final class PostgresMemory: Sendable {
    private let state = Mutex(StorageMark())

    /// Nil: nothing yet.
    var mark: StorageMark? { state.withLock { $0 == StorageMark() ? nil : $0 } }

    func saw(version: UInt64, epoch: UInt64 = 0, identity: String = "") {
        state.withLock { state in
            state.version = max(state.version, version)
            state.epoch = max(state.epoch, epoch)
            if state.identity.isEmpty { state.identity = identity }
        }
    }

    /// What an earlier process saw; which server it was counts more than what this process has found.
    func recall(_ mark: StorageMark) { state.withLock { $0 = $0.joined(mark) } }

    /// Why the storage must not be led; nil when it is what was seen before, and then it is remembered.
    func objection(to now: StorageMark) -> String? {
        state.withLock { state in
            if let objection = state.objection(to: now) { return Self.text(objection) }
            state = state.joined(now)
            return nil
        }
    }

    static func text(_ reason: String) -> String {
        "storage_epoch_regression: the database is not the one that was in use: \(reason). "
            + "No node leads until an operator has looked at it. To accept it as it is, stop the servers, remove their "
            + "files of version_file, if they have one, and start them"
    }
}
