internal import CofferStorage
internal import EtcdClient

extension EtcdFailure {
    /// For requests that have had no effect.
    var storageError: StorageError {
        switch kind {
        case .refused(Self.dataLoss): .broken("etcd reports damaged data")
        case .refused where text.contains("corrupt"): .broken("etcd reports damaged data")
        case .refused where text.contains("database space exceeded"):
            .unavailable("disk full: etcd has reached its quota; compact, defragment and disarm its alarm")
        default: .unavailable("etcd: \(text)")
        }
    }

    /// It may have been done, or may be done yet.
    var isAmbiguous: Bool {
        switch kind {
        case .lost, .unavailable, .malformed: true
        case .unreachable, .refused: false
        }
    }

    /// What was asked about is too old: etcd has forgotten it.
    var isCompacted: Bool { kind == .refused(Self.outOfRange) && text.contains("compacted") }
}
