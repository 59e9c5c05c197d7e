internal import CofferBase
internal import CofferStorage
internal import EtcdClient
internal import Synchronization

/// Keeping, giving back and looking up leadership: on a connection of its own, so that it never waits behind writes.
final class EtcdTerm: Sendable {
    private let layout: EtcdLayout
    private let client: EtcdClient
    private let health: StorageHealth
    let memory: EtcdMemory
    private let limit: Duration
    let watch: EtcdLeaderWatch
    private let lease = Mutex<(epoch: Epoch, id: UInt64)?>(nil)

    init(_ client: EtcdClient, layout: EtcdLayout, health: StorageHealth, memory: EtcdMemory, limit: Duration) {
        self.client = client
        self.layout = layout
        self.health = health
        self.memory = memory
        self.limit = limit
        watch = EtcdLeaderWatch(client, key: layout.lock)
    }

    /// The lease under which this process took the epoch.
    func took(_ epoch: Epoch, lease id: UInt64) { lease.withLock { $0 = (epoch, id) } }

    func renew(_ epoch: Epoch, _ candidate: Candidate) async throws(StorageError) -> Bool {
        guard let lease = lease.withLock({ $0 }), lease.epoch == epoch else { return false }
        try health.check()
        do throws(EtcdFailure) {
            guard let left = try await client.keepAlive(lease.id, within: limit), left > 0 else { return false }
        } catch {
            throw health.report(error.storageError)
        }
        // The key may have been deleted while its lease goes on.
        let sight = try await look()
        // Of an older copy no answer may be given any more; why is said when leadership is asked for.
        if sight.objection != nil { return false }
        return sight.epoch == epoch.value && sight.holder?.id == candidate.id
    }

    func release(_ epoch: Epoch, _ candidate: Candidate) async throws(StorageError) {
        let sight = try await look()
        guard sight.epoch == epoch.value, sight.holder?.id == candidate.id, let lock = sight.lock else { return }
        do throws(EtcdFailure) {
            _ = try await client.commit(
                EtcdTransaction(
                    [.modRevision(of: layout.lock, lock.modRevision)], success: [.delete(key: layout.lock)]),
                isRepeatable: true, within: limit)
            if lock.lease != 0 { try await client.revoke(lock.lease) }
        } catch {
            throw health.report(error.storageError)
        }
    }

    /// Nil: nobody leads, or an epoch was taken for no node in particular.
    func leader() async throws(StorageError) -> LeaderRecord? {
        await watch.open()
        let sight = try await look()
        guard let holder = sight.holder else { return nil }
        return LeaderRecord(epoch: Epoch(sight.epoch), candidate: holder, isCurrent: true)
    }

    private func look() async throws(StorageError) -> EtcdSight {
        try health.check()
        let known = memory.seen
        do throws(EtcdFailure) {
            let verdict = try await client.commit(
                EtcdTransaction(success: EtcdSight.operations(layout)), isRepeatable: true, within: limit)
            return EtcdSight(verdict, memory, known: known)
        } catch {
            throw health.report(error.storageError)
        }
    }
}

extension EtcdSight {
    fileprivate var holder: Candidate? { lock.flatMap { EtcdHolder.candidate($0.value) } }
}
