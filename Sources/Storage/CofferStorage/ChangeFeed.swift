/// How far the history of a storage has come.
package struct StorageMoment: Sendable, Equatable {
    package let epoch: Epoch
    package let version: UInt64

    package init(epoch: Epoch, version: UInt64) {
        self.epoch = epoch
        self.version = version
    }
}

/// What has happened in a storage since a moment.
package struct StorageChanges: Sendable {
    /// What is stored now, when every write that was acknowledged before the question is.
    package let moment: StorageMoment
    /// Keys of which each may have changed; nil: any key may have.
    package let keys: [StorageKey]?

    package init(moment: StorageMoment, keys: [StorageKey]?) {
        self.moment = moment
        self.keys = keys
    }
}

/// A storage that tells a node which does not write what the leader has written.
package protocol ChangeFeed: Sendable {
    /// Asks the storage itself, never a copy that may be behind: what it answers includes everything that was
    /// acknowledged before the call.
    /// - Parameter moment: the last one that the caller knows; nil: it knows nothing.
    /// - Throws: `.unavailable` also when the storage is older than that moment.
    func changes(since moment: StorageMoment?) async throws(StorageError) -> StorageChanges
}
