internal import CofferStorage
internal import Synchronization

/// What this process has seen of etcd, to notice an older copy of it or another one in its place (rule T6).
final class EtcdMemory: Sendable {
    struct Seen: Sendable {
        /// Of the whole cluster: any program's writes.
        var revision: UInt64 = 0
        /// Of our last commit.
        var version: UInt64 = 0
        var epoch: UInt64 = 0
        var cluster: UInt64 = 0
    }

    private let state = Mutex(Seen())

    /// To be asked for before the request whose answer is judged by it.
    var seen: Seen { state.withLock { $0 } }

    func saw(revision: UInt64, version: UInt64 = 0, epoch: UInt64 = 0) {
        state.withLock { state in
            state.revision = max(state.revision, revision)
            state.version = max(state.version, version)
            state.epoch = max(state.epoch, epoch)
        }
    }

    /// For who remembers it beyond this process; nil when nothing was seen yet.
    var mark: StorageMark? {
        let seen = seen
        guard seen.cluster != 0 else { return nil }
        return StorageMark(version: seen.version, epoch: seen.epoch, identity: "\(seen.cluster)")
    }

    /// What an earlier process saw; which cluster it was counts more than what this process has found.
    func recall(_ mark: StorageMark) {
        state.withLock { state in
            state.version = max(state.version, mark.version)
            state.revision = max(state.revision, mark.version)
            state.epoch = max(state.epoch, mark.epoch)
            if let cluster = UInt64(mark.identity) { state.cluster = cluster }
        }
    }

    /// Why the storage must not be led; nil when it is what was seen before, and then it is remembered.
    /// - Parameter known: from before these figures were asked for.
    func objection(_ found: Seen, known: Seen) -> String? {
        if known.cluster != 0, found.cluster != known.cluster {
            return Self.text("another cluster answers, which may lack writes that were acknowledged")
        }
        if found.revision < known.revision {
            return Self.text("it is at revision \(found.revision), and revision \(known.revision) was seen before")
        }
        if found.version < known.version {
            return Self.text("it is at version \(found.version), and version \(known.version) was seen before")
        }
        state.withLock { state in
            state.cluster = found.cluster
            state.revision = max(state.revision, found.revision)
            state.version = max(state.version, found.version)
        }
        return nil
    }

    static func text(_ reason: String) -> String {
        "storage_epoch_regression: etcd is not the one that was in use: \(reason). "
            + "No node leads until an operator has looked at it. To accept it as it is, stop the servers, remove their "
            + "files of version_file, if they have one, and start them"
    }
}
