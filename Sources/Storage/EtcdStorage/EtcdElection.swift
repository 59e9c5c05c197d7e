internal import CofferBase
internal import CofferStorage
internal import EtcdClient

/// Taking leadership: whoever makes the leader's key leads, and the revision of its making is the epoch (rule T1).
extension EtcdWritingSession {
    private static let tries = 20

    /// A new epoch, whoever leads.
    func takeEpoch() async throws(StorageError) -> Epoch {
        for _ in 0..<Self.tries {
            let sight = try await look()
            if let objection = sight.objection { throw .unavailable(objection) }
            if let epoch = try await take(sight, value: [], lease: 0) { return epoch }
        }
        throw .unavailable("etcd: others take the leadership all the time")
    }

    /// A new epoch unless another node leads.
    func acquire(_ candidate: Candidate, for time: Duration) async throws(StorageError) -> (Epoch, lease: UInt64)? {
        let sight = try await look()
        if let objection = sight.objection { throw .unavailable(objection) }
        // Its own key: an earlier attempt was committed, and its answer lost.
        if let holder = sight.lock.flatMap({ EtcdHolder.candidate($0.value) }), holder.id != candidate.id { return nil }
        let lease: UInt64
        do throws(EtcdFailure) {
            let seconds = (time.wholeNanoseconds + 999_999_999) / 1_000_000_000
            lease = try await client.grantLease(seconds: seconds)
        } catch {
            throw health.report(error.storageError)
        }
        do throws(StorageError) {
            if let epoch = try await take(sight, value: EtcdHolder.value(candidate), lease: lease) {
                return (epoch, lease)
            }
        } catch {
            // Should it have been taken all the same, it ends with the lease.
            try? await client.revoke(lease)
            throw error
        }
        try? await client.revoke(lease)
        return nil
    }

    /// What there is now.
    func look() async throws(StorageError) -> EtcdSight {
        let known = memory.seen
        let verdict: EtcdVerdict
        do throws(EtcdFailure) {
            verdict = try await client.commit(
                EtcdTransaction(success: EtcdSight.operations(layout)), isRepeatable: true, within: options.callLimit)
        } catch {
            throw health.report(error.storageError)
        }
        return EtcdSight(verdict, memory, known: known)
    }

    /// Nil: something has changed since it was looked at.
    private func take(_ sight: EtcdSight, value: [UInt8], lease: UInt64) async throws(StorageError) -> Epoch? {
        if let lock = sight.lock {
            // A key cannot be deleted and made in one transaction.
            let verdict = try await told(
                EtcdTransaction(
                    [.modRevision(of: layout.lock, lock.modRevision)], success: [.delete(key: layout.lock)]))
            if !verdict.succeeded { return nil }
        }
        let verdict = try await told(
            EtcdTransaction(
                [
                    .createRevision(of: layout.lock, 0),
                    .modRevision(of: layout.meta, sight.meta?.modRevision ?? 0),
                    .modRevision(of: layout.generation, sight.generation?.revision ?? 0),
                ],
                success: [
                    .put(key: layout.lock, value: value, lease: lease),
                    .put(key: layout.meta, value: nextMark(.beginning)),
                ]))
        guard verdict.succeeded, let generation = sight.generation else { return nil }
        reader.use(generation)
        moved(to: verdict.revision, verdict.revision)
        collection = EtcdCollection()
        return Epoch(verdict.revision)
    }
}
