/// How far a storage had come when it was looked at, and which one it was: so that an older copy of it, or another
/// one in its place, is noticed (contract rule E8).
package struct StorageMark: Sendable, Equatable {
    package var version: UInt64
    package var epoch: UInt64
    /// Names the storage and the line of its history; empty when it does not say.
    package var identity: String

    package init(version: UInt64 = 0, epoch: UInt64 = 0, identity: String = "") {
        self.version = version
        self.epoch = epoch
        self.identity = identity
    }

    /// Why the storage that looks like `now` is not the one that was seen; nil when nothing speaks against it.
    package func objection(to now: StorageMark) -> String? {
        if now.version < version { return "it is at version \(now.version), and version \(version) was seen before" }
        if now.epoch < epoch { return "its epoch is \(now.epoch), and epoch \(epoch) was seen before" }
        if now.identity.isEmpty || identity.isEmpty || now.identity == identity { return nil }
        return "another server answers (\(now.identity); before it was \(identity)), which may lack writes that were "
            + "acknowledged"
    }

    /// The later of two marks of one storage; a part that one does not know is the other's.
    package func joined(_ other: StorageMark) -> StorageMark {
        StorageMark(
            version: max(version, other.version), epoch: max(epoch, other.epoch),
            identity: other.identity.isEmpty ? identity : other.identity)
    }
}
