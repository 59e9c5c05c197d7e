package import CofferBase
internal import CofferStorage
internal import LeaseService

extension Tokens {
    /// Ends a token and everything below it: children, their children, cubbyholes, leases.
    ///
    /// Of a family each token is first marked, and its lease moved to now, in one commit: it
    /// is refused from then on, and a crash leaves work that the reaper finishes.
    /// - Parameter issuedAt: only the token that was issued then: another one may have been made with the same id.
    package func revoke(key: String, issuedAt: Timestamp? = nil) async throws {
        if try await endAlone(key, issuedAt: issuedAt) { return }
        guard try await mark(key, issuedAt: issuedAt) else { return }
        // Depth first with a stack of our own: a chain of a million children must not exhaust the task's.
        var stack = [key]
        while let current = stack.last {
            if let child = try await nextChild(of: current) {
                if try await mark(child) {
                    stack.append(child)
                } else {
                    try await view.delete(Self.childKey(current, child))
                }
            } else {
                try await erase(current)
                stack.removeLast()
            }
        }
    }

    /// Ends a token but leaves its children, which become orphans.
    ///
    /// They leave before the token is marked: from then on the reaper may come, and it takes children along.
    package func revokeOrphaning(key: String) async throws {
        try await orphanChildren(of: key)
        guard try await mark(key) else { return }
        // Those that were made in the meantime.
        try await orphanChildren(of: key)
        try await erase(key)
    }

    private func orphanChildren(of key: String) async throws {
        while let child = try await nextChild(of: key) {
            try await view.transaction { transaction in
                transaction.delete(Self.childKey(key, child))
                guard let stored = try await transaction.get(Self.idKey(child)) else { return }
                var entry = try TokenEntry(encoded: stored)
                entry.parentKey = ""
                transaction.put(Self.idKey(child), entry.encoded())
            }
            cache.forget(child)
        }
    }

    /// Makes the token unusable; false when there is none.
    private func mark(_ key: String, issuedAt: Timestamp? = nil) async throws -> Bool {
        let now = clock.now
        var reason: TokenRefusal?
        let exists: Bool = try await view.transaction { transaction in
            guard let stored = try await transaction.get(Self.idKey(key)) else { return false }
            var entry = try TokenEntry(encoded: stored)
            let old = try await entry.leaseID.isEmpty ? nil : leases.load(entry.leaseID, in: &transaction)
            if let issuedAt, let old, old.issueTime != issuedAt { return false }
            if entry.uses == TokenEntry.revoking { return true }
            let wasSpent = entry.uses == TokenEntry.lastUse
            entry.uses = TokenEntry.revoking
            if entry.leaseID.isEmpty { entry.leaseID = LeaseID.kept("\(entry.path)/\(key)", in: entry.namespaceID) }
            transaction.put(Self.idKey(key), entry.encoded())
            var lease =
                old
                ?? Lease(
                    id: entry.leaseID, kind: .token, tokenKey: key, namespaceID: entry.namespaceID,
                    issueTime: entry.creationTime, expireTime: now, renewable: false)
            if !entry.isWrapping {
                reason = wasSpent ? .usedUp : old.map { $0.expireTime <= now } == true ? .expired : .revoked
            }
            lease.expireTime = min(lease.expireTime, now)
            lease.isRevoking = true
            try await leases.stage(lease, replacing: old, in: &transaction)
            return true
        }
        if let reason { ended.note(key, reason) }
        cache.forget(key)
        if exists { leases.announce(now) }
        return exists
    }

    private func nextChild(of key: String) async throws -> String? {
        try await view.children(of: StorageKey("parent/" + key + "/"), limit: 1).first
    }

    /// Removes every trace of one marked token without children. What it holds at engines is
    /// handed to the reaper first: a target that is down must not keep the token alive.
    private func erase(_ key: String) async throws {
        guard let stored = try await view.get(Self.idKey(key)) else { return }
        let entry = try TokenEntry(encoded: stored)
        try await leases.makeAllDue(heldBy: key, now: clock.now)
        if !entry.cubbyholeID.isEmpty {
            try await cubbyholes.deleteAll(below: StorageKey(entry.cubbyholeID + "/"))
        }
        try await view.transaction { transaction in
            // The token may hold it: read first.
            if let lease = try await leases.load(entry.leaseID, in: &transaction) {
                try await leases.stageRemoval(of: lease, in: &transaction)
            }
            transaction.delete(Self.idKey(key))
            if let place = accessorPlace(of: entry, at: key) { transaction.delete(place) }
            if !entry.isOrphan { transaction.delete(Self.childKey(entry.parentKey, key)) }
        }
        cache.forget(key)
    }
}
