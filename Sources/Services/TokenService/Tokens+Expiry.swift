internal import CofferBase
internal import CofferStorage
package import LeaseService

/// Tokens that hold nothing but themselves end in one commit, many together. There is no mark that others could see
/// first, as `revoke` needs it for a family: `EndingTokens` keeps the family away meanwhile.
extension Tokens {
    /// Ends tokens whose time is over, as far as they have no children, no leases and no more than a few entries in
    /// their cubbyholes. Each is read once.
    /// - Returns: the ids of the leases that are gone, and the leases that are left; each of these needs an end of its
    ///   own. What is damaged or was moved since is in neither.
    package func endExpired(_ due: [CalendarEntry]) async throws -> (ended: Set<String>, left: [Lease]) {
        let now = clock.now
        var read: [Lease] = []
        let ended = try await endTogether(due.map { LeaseID.tokenKey(ofLease: $0.id) }) { closed, transaction in
            var found: [LoneToken] = []
            read = try await leases.load(due, in: &transaction)
            for lease in read where lease.kind == .token && lease.expireTime <= now && closed.contains(lease.tokenKey) {
                if let entry = try await readable(lease.tokenKey, in: &transaction), entry.leaseID == lease.id {
                    found.append(LoneToken(lease: lease, entry: entry))
                }
            }
            return found
        }
        let gone = Set(ended.map(\.lease.id))
        return (gone, read.filter { !gone.contains($0.id) })
    }

    /// Ends one token if it is such a one; false when it is not.
    func endAlone(_ key: String, issuedAt: Timestamp?) async throws -> Bool {
        let ended = try await endTogether([key]) { closed, transaction in
            guard closed.contains(key), let entry = try await readable(key, in: &transaction), !entry.leaseID.isEmpty,
                let lease = try await leases.readable(entry.leaseID, in: &transaction),
                lease.tokenKey == key, issuedAt == nil || lease.issueTime == issuedAt
            else { return [] }
            return [LoneToken(lease: lease, entry: entry)]
        }
        return !ended.isEmpty
    }

    private struct LoneToken {
        let lease: Lease
        let entry: TokenEntry
        var cubbyhole: [StorageKey] = []
        var key: String { lease.tokenKey }

        func refusal(at now: Timestamp) -> TokenRefusal {
            if entry.uses == TokenEntry.lastUse { return .usedUp }
            return lease.expireTime <= now ? .expired : .revoked
        }
    }

    /// - Parameter find: reads those of the closed tokens that shall end; what is damaged it leaves out.
    private func endTogether(
        _ keys: [String],
        _ find: (_ closed: Set<String>, _ transaction: inout Transaction) async throws -> [LoneToken]
    ) async throws -> [LoneToken] {
        let closed = ending.close(keys)
        defer { ending.open(closed) }
        let lone: [LoneToken] = try await view.transaction { transaction in
            let found = try await find(closed, &transaction)
            let lone = try await withoutHoldings(found)
            for token in lone { stageRemoval(of: token, in: &transaction) }
            try await leases.stageRemoval(of: lone.map(\.lease), in: &transaction)
            let cubbyholes = lone.flatMap(\.cubbyhole)
            if !cubbyholes.isEmpty {
                try await transaction.within(self.cubbyholes) { inner in
                    for key in cubbyholes { inner.delete(key) }
                }
            }
            return lone
        }
        for token in lone {
            if !token.entry.isWrapping { ended.note(token.key, token.refusal(at: clock.now)) }
            cache.forget(token.key)
        }
        return lone
    }

    private func readable(_ key: String, in transaction: inout Transaction) async throws -> TokenEntry? {
        let stored: [UInt8]?
        do throws(StorageError) {
            stored = try await transaction.get(Self.idKey(key))
        } catch {
            guard case .integrity = error else { throw error }
            return nil
        }
        return stored.flatMap { try? TokenEntry(encoded: $0) }
    }

    private static let mostInCubbyhole = 10

    private func withoutHoldings(_ tokens: [LoneToken]) async throws -> [LoneToken] {
        let families = try await view.occupied(tokens.map { Self.children(of: $0.key) })
        let holders = try await leases.holders(among: tokens.map(\.key))
        let filled = try await cubbyholes.occupied(
            tokens.filter { !$0.entry.cubbyholeID.isEmpty }.map { Self.cubbyhole(of: $0.entry) })
        var lone: [LoneToken] = []
        for var token in tokens
        where !families.contains(Self.children(of: token.key)) && !holders.contains(token.key) {
            let cubbyhole = Self.cubbyhole(of: token.entry)
            if filled.contains(cubbyhole) {
                token.cubbyhole = try await cubbyholes.scan(cubbyhole, limit: Self.mostInCubbyhole + 1)
            }
            if token.cubbyhole.count <= Self.mostInCubbyhole { lone.append(token) }
        }
        return lone
    }

    private func stageRemoval(of token: LoneToken, in transaction: inout Transaction) {
        transaction.delete(Self.idKey(token.key))
        if let place = accessorPlace(of: token.entry, at: token.key) { transaction.delete(place) }
        if !token.entry.isOrphan { transaction.delete(Self.childKey(token.entry.parentKey, token.key)) }
    }

    private static func children(of key: String) -> StorageKey { StorageKey("parent/" + key + "/") }
    private static func cubbyhole(of entry: TokenEntry) -> StorageKey { StorageKey(entry.cubbyholeID + "/") }
}
