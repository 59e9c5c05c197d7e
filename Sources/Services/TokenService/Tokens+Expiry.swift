package import CofferBase
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

    /// Ends those tokens of a window whose time is over; what cannot end this way is listed by itself, so that it ends
    /// next. The window is listed again for when the last one of its tokens ends.
    /// - Parameter time: where the calendar lists the window.
    /// - Returns: how many have ended; nil when one of the window's tokens is on its way, and nothing was done.
    package func endWindow(_ window: TokenWindow, dueAt time: Timestamp) async throws -> Int? {
        guard leases.close(window) else { return nil }
        defer { leases.open(window) }
        var count = 0
        var (latest, hasDamage) = (Timestamp?.none, false)
        var after: StorageKey?
        while true {
            let keys = try await view.scan("id/" + window.stem, after: after, limit: Self.together)
            let (ended, left) = try await endDue(keys.map { String($0.description.dropFirst(3)) }, of: window)
            count += ended
            for token in left {
                switch token {
                case .lease(let lease):
                    latest = max(latest ?? lease.expireTime, lease.expireTime)
                    if lease.isGrouped, lease.expireTime <= clock.now { try await leases.listAlone(lease.id) }
                case .damaged: hasDamage = true
                case .nothing: break
                }
            }
            guard keys.count == Self.together, let last = keys.last else { break }
            after = last
        }
        try await leases.settle(window, dueAt: time, latest: latest, hasDamage: hasDamage, now: clock.now)
        return count
    }

    /// How many tokens of a window end in one commit: requests that write wait for one of these at most.
    private static let together = 250

    /// - Returns: how many have ended, and what is left of the others.
    private func endDue(_ keys: [String], of window: TokenWindow) async throws -> (ended: Int, left: [Left]) {
        let now = clock.now
        let ended = try await endTogether(keys) { closed, transaction in
            var found: [LoneToken] = []
            for key in keys where closed.contains(key) {
                guard let entry = try await readable(key, in: &transaction), let lease = entry.heldLease?.lease,
                    window.holds(lease), lease.isGrouped, lease.expireTime <= now
                else { continue }
                found.append(LoneToken(lease: lease, entry: entry))
            }
            return found
        }
        let gone = Set(ended.map(\.key))
        var left: [Left] = []
        for key in keys where !gone.contains(key) { left.append(try await self.left(key, of: window)) }
        return (ended.count, left)
    }

    private enum Left {
        case lease(Lease)
        case damaged
        /// No token any more, or none of this window.
        case nothing
    }

    private func left(_ key: String, of window: TokenWindow) async throws -> Left {
        let stored: [UInt8]?
        do throws(StorageError) {
            stored = try await view.get(Self.idKey(key))
        } catch {
            if case .integrity = error { return .damaged }
            throw error
        }
        guard let stored else { return .nothing }
        guard let entry = try? TokenEntry(encoded: stored) else { return .damaged }
        guard let lease = entry.heldLease?.lease, window.holds(lease) else { return .nothing }
        return .lease(lease)
    }

    /// Ends one token if it is such a one; false when it is not.
    func endAlone(_ key: String, issuedAt: Timestamp?) async throws -> Bool {
        let ended = try await endTogether([key]) { closed, transaction in
            guard closed.contains(key), let entry = try await readable(key, in: &transaction), !entry.leaseID.isEmpty,
                let lease = try await readable(entry, in: &transaction),
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

    /// The lease of a token; nil when it is damaged, or gone.
    private func readable(_ entry: TokenEntry, in transaction: inout Transaction) async throws -> Lease? {
        if let held = entry.heldLease { return held.lease }
        return try await leases.readable(entry.leaseID, in: &transaction)
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
