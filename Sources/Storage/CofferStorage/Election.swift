/// A node that wants to lead.
package struct Candidate: Sendable, Equatable {
    /// A UUID that this process drew; no other process has it.
    package let id: String
    /// How operators find the node: its API address.
    package let address: String

    package init(id: String, address: String) {
        self.id = id
        self.address = address
    }
}

/// Who leads, or led last.
package struct LeaderRecord: Sendable, Equatable {
    package let epoch: Epoch
    package let candidate: Candidate
    /// False when the time is over for which the leader had asked: another node may take over.
    package let isCurrent: Bool
    /// How much of that time is left; nil: the storage tells when it is over.
    package let remaining: Duration?

    package init(epoch: Epoch, candidate: Candidate, isCurrent: Bool, remaining: Duration? = nil) {
        self.epoch = epoch
        self.candidate = candidate
        self.isCurrent = isCurrent
        self.remaining = remaining
    }
}

/// How nodes that share a storage agree on the one that writes.
///
/// What keeps a deposed leader from writing is the epoch, which each commit checks; the time for which a leader
/// asks only says when another node may try (contract rule E4). Time is the storage's own.
package protocol Election: Sendable {
    /// Takes leadership unless another node holds it; a new epoch, larger than every one before, durable before
    /// it returns. Nil: somebody else leads.
    /// - Throws: `.unavailable` also when the storage is not what this process saw before, older or another one:
    ///   then nobody may lead until an operator has looked at it.
    func acquire(_ candidate: Candidate, for time: Duration) async throws(StorageError) -> Epoch?

    /// Leads on for `time` from now; false when the candidate no longer leads in that epoch, and when the storage is
    /// not what this process saw before.
    func renew(_ epoch: Epoch, _ candidate: Candidate, for time: Duration) async throws(StorageError) -> Bool

    /// Lets another node lead at once; nothing happens when the candidate no longer leads.
    func release(_ epoch: Epoch, _ candidate: Candidate) async throws(StorageError)

    /// The last leader; nil when there never was one, or it has released.
    func leader() async throws(StorageError) -> LeaderRecord?

    /// Has `changed` called when the storage tells that leadership may have changed; nil for no longer. Nothing is
    /// promised: who waits for a change looks now and then all the same.
    func tellOfLeaders(_ changed: (@Sendable () -> Void)?)

    /// What this process has seen of the storage; nil when it has seen nothing yet, or does not look.
    var mark: StorageMark? { get }

    /// What was seen before this process began: a storage that is older, or another one, is not led.
    func recall(_ mark: StorageMark)
}

extension Election {
    package func tellOfLeaders(_ changed: (@Sendable () -> Void)?) {}
    package var mark: StorageMark? { nil }
    package func recall(_ mark: StorageMark) {}
}
