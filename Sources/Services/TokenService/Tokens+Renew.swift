internal import CofferBase
package import CofferFramework
internal import CofferStorage
internal import LeaseService

/// What bounds a renewal: the mount, and what the role of the login says now.
package struct RenewalLimits: Sendable {
    package var mountDefaultTTL: Duration
    package var mountMaximumTTL: Duration
    /// Nil for a token that no auth method answers for.
    package var terms: RenewalTerms?

    package init(mountDefaultTTL: Duration, mountMaximumTTL: Duration) {
        self.mountDefaultTTL = mountDefaultTTL
        self.mountMaximumTTL = mountMaximumTTL
    }

    func ttl(of entry: TokenEntry, age: Duration, increment: Duration) -> TokenTTL.Result {
        var ttl = TokenTTL(mountDefault: mountDefaultTTL, mountMaximum: mountMaximumTTL)
        if let terms, terms.ttl > .zero { ttl.mountDefault = min(terms.ttl, mountMaximumTTL) }
        ttl.requested = increment
        ttl.period = terms?.period ?? entry.period
        ttl.roleMaximum = terms?.maximumTTL ?? .zero
        ttl.explicitMaximum = entry.explicitMaximumTTL
        ttl.age = age
        return ttl.effective()
    }
}

extension Tokens {
    /// Moves a token's end; `increment` counts from now and is advisory.
    /// - Throws: `badRequest("lease is not renewable")`, or `badRequest` when it has ended meanwhile.
    package func renew(
        _ live: LiveToken, increment: Duration, _ limits: RenewalLimits
    ) async throws -> (auth: IssuedAuth, warnings: [String]) {
        if live.entry.isBatch { throw EngineError.badRequest("batch tokens cannot be renewed") }
        guard live.entry.renewable, !live.entry.leaseID.isEmpty else {
            throw EngineError.invalid("lease is not renewable")
        }
        let now = clock.now
        let warnings: [String]
        let duration: Duration
        (warnings, duration) = try await view.transaction { transaction in
            guard let lease = try await leases.load(live.entry.leaseID, in: &transaction), lease.expireTime > now,
                !lease.isRevoking,
                let stored = try await transaction.get(Self.idKey(live.key)),
                try TokenEntry(encoded: stored).uses >= 0
            else { throw EngineError.permissionDenied }
            let result = limits.ttl(of: live.entry, age: now - lease.issueTime, increment: increment)
            // At its maximum a token keeps the end it has; it never becomes endless (CVE-2021-32923).
            var renewed = lease
            renewed.expireTime = result.ttl > .zero ? now + result.ttl : lease.expireTime
            renewed.lastRenewal = now
            try await leases.stage(renewed, replacing: lease, in: &transaction)
            return (result.warnings, renewed.expireTime - now)
        }
        cache.forget(live.key)
        return (live.entry.issuedAuth(leaseDuration: duration), warnings)
    }
}
