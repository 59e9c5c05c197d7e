internal import CofferStorage
internal import EtcdClient

/// Which keys have changed since a moment: each commit notes its own, and which one it followed, so that one that is
/// missing is noticed.
struct EtcdChanges {
    let client: EtcdClient
    let layout: EtcdLayout
    let health: StorageHealth
    let memory: EtcdMemory
    let log: EtcdChangeLog
    let limit: Duration
    /// Leaders note what they change.
    let isKept: Bool

    /// Notes that are asked for because the watch has not told them (yet); after more, anything may have changed.
    private static let questions = 8

    func changes(since moment: StorageMoment?) async throws(StorageError) -> StorageChanges {
        let known = memory.seen
        // All of one moment, and with everything that any member of the cluster has acknowledged.
        let verdict = try await ask(EtcdSight.operations(layout))
        guard let verdict else { throw .unavailable("etcd: the newest state is not to be had") }
        let sight = EtcdSight(verdict, memory, known: known)
        if let objection = sight.objection { throw .unavailable(objection) }
        guard let meta = sight.meta else { throw .unavailable(EtcdMemory.text("the key `meta` is missing")) }
        let (version, note) = (meta.modRevision, EtcdNote(meta))
        let epoch = max(sight.epoch, note?.epoch(at: version) ?? 0)
        let now = StorageMoment(epoch: Epoch(epoch), version: version)
        guard let moment else { return StorageChanges(moment: now, keys: nil) }
        if version < moment.version { throw .unavailable(EtcdMemory.text("it is older than what was read from it")) }
        guard isKept, moment.epoch == now.epoch else { return StorageChanges(moment: now, keys: nil) }
        let keys = try await keys(since: moment.version, until: now, note)
        await log.open(after: version)
        return StorageChanges(moment: now, keys: keys)
    }

    /// From the newest commit back to the one that is known; nil when one of them says nothing.
    private func keys(
        since known: UInt64, until now: StorageMoment, _ newest: EtcdNote?
    ) async throws(StorageError) -> [StorageKey]? {
        var (version, note, asked) = (now.version, newest, 0)
        var keys: [StorageKey] = []
        while version > known {
            guard let current = note, current.start != 0, current.start < version,
                current.epoch(at: version) == now.epoch.value
            else { return nil }
            keys += current.keys
            version = current.start
            if version <= known { break }
            note = log.note(version)
            if note != nil { continue }
            asked += 1
            if asked > Self.questions { return nil }
            note = try await past(version)
        }
        return version == known ? keys : nil
    }

    /// Nil also when etcd has forgotten it.
    private func past(_ version: UInt64) async throws(StorageError) -> EtcdNote? {
        var range = EtcdRange(layout.meta)
        range.revision = version
        guard let entry = try await ask([.range(range)])?.entry(0), entry.modRevision == version else { return nil }
        return EtcdNote(entry)
    }

    /// Nil: what was asked about is forgotten.
    private func ask(_ operations: [EtcdOperation]) async throws(StorageError) -> EtcdVerdict? {
        try health.check()
        do throws(EtcdFailure) {
            return try await client.commit(
                EtcdTransaction(success: operations), isRepeatable: true, within: limit)
        } catch {
            if error.isCompacted { return nil }
            throw health.report(error.storageError)
        }
    }
}
