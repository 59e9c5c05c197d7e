internal import CofferBase
package import CofferFramework
internal import CofferJSON
package import CofferStorage
internal import LeaseService

/// Where and under which limits a token is issued.
package struct IssueContext: Sendable {
    /// Request path that creates it: `auth/token/create`.
    package var path: String
    package var namespace: NamespaceReference
    package var mountDefaultTTL: Duration
    package var mountMaximumTTL: Duration
    /// The role of the login, where a quota asked for it.
    package var loginRole = ""
    /// Id of the auth mount when this is a login; empty otherwise.
    package var loginMount = ""

    package init(
        path: String, namespace: NamespaceReference, mountDefaultTTL: Duration, mountMaximumTTL: Duration
    ) {
        self.path = path
        self.namespace = namespace
        self.mountDefaultTTL = mountDefaultTTL
        self.mountMaximumTTL = mountMaximumTTL
    }

    /// With the suffix that a role gives it.
    func creationPath(_ grant: AuthGrant) -> String {
        grant.pathSuffix.isEmpty ? path : "\(path)/\(grant.pathSuffix)"
    }
}

package struct IssuedToken: Sendable {
    package let auth: IssuedAuth
    package let warnings: [String]
    /// Of a token that is stored.
    var cubbyholeID = ""
}

extension Tokens {
    /// Makes a token: entry, accessor, place under its parent and lease, in one commit.
    /// - Parameter prepare: completes the grant and stores what belongs to it, in the same commit; may run again.
    package func issue(
        _ grant: AuthGrant, _ context: IssueContext,
        prepare: (inout AuthGrant, inout Transaction) async throws -> Void = { _, _ in }
    ) async throws -> IssuedToken {
        if grant.type == .batch {
            // Its text is all there is of it, so that there is nothing else to commit.
            let complete = try await view.transaction { transaction in
                var grant = grant
                try await prepare(&grant, &transaction)
                return grant
            }
            return try await issueBatch(complete, context)
        }
        let issued = try await view.transaction { transaction in
            var grant = grant
            try await prepare(&grant, &transaction)
            return try await stage(grant, context, in: &transaction)
        }
        announce(issued)
        return issued
    }

    /// Tells the reaper of a token that has been committed.
    func announce(_ issued: IssuedToken) {
        if issued.auth.leaseDuration > .zero { leases.announce(clock.now + issued.auth.leaseDuration) }
    }

    /// The same inside another transaction of this storage's root.
    func stage(
        _ grant: AuthGrant, _ context: IssueContext, in transaction: inout Transaction
    ) async throws -> IssuedToken {
        let now = clock.now
        let suffix = LeaseID.suffix(of: context.namespace.id)
        let path = context.creationPath(grant)
        // A wrapping token bears the path of what it holds; a revocation below that path must not reach it.
        let home = path.hasPrefix("auth/") ? path : "auth/token/wrapping"
        let neverExpires =
            grant.policies.contains("root") && grant.ttl == .zero && grant.period == .zero
            && grant.explicitMaximumTTL == .zero
        let isAlone = neverExpires || grant.customID != nil || context.namespace.id != LeaseID.root
        let window = isAlone ? nil : try await leases.window(at: home, now)
        let stamp = window?.stamp ?? TokenWindow.stampApart(at: now)
        let id = try grant.customID ?? Self.prefix + TimedID.draw(random, stamp) + suffix
        let accessor = try accessor(of: id) ?? random.base62(24) + suffix
        let key = grant.customID == nil ? key(ofAccessor: accessor) : key(of: id)
        var entry = TokenEntry(grant, id: id, accessor: accessor, path, now)
        entry.cubbyholeID = key
        entry.namespaceID = context.namespace.id
        entry.loginMount = context.loginMount
        entry.internalData = grant.internalData
        if let parent = grant.parent {
            entry.parentKey = self.key(of: parent)
            try await requireUsable(entry.parentKey, in: &transaction)
        }
        // Nobody draws the same id twice.
        if grant.customID != nil, try await transaction.get(Self.idKey(key)) != nil {
            throw EngineError.badRequest("cannot create a token with a duplicate ID")
        }
        let lifetime = neverExpires ? TokenTTL.Result(ttl: .zero, warnings: []) : Self.lifetime(grant, context)
        entry.ttl = .seconds(lifetime.ttl.wholeSeconds)
        if !neverExpires {
            // A lifetime that is used up already must not become "never" (CVE-2021-32923).
            guard lifetime.ttl > .zero else { throw EngineError.badRequest("the token would have no lifetime left") }
            let name = LeaseID.name(ofTokenKey: key, at: now)
            entry.leaseID = LeaseID.kept("\(home)/\(name)\(suffix)", in: entry.namespaceID)
            var lease = Lease(
                id: entry.leaseID, kind: .token, tokenKey: key, namespaceID: entry.namespaceID, issueTime: now,
                expireTime: now + lifetime.ttl, renewable: entry.renewable)
            lease.loginRole = context.loginRole
            lease = try await leases.stageOwn(lease, in: window, &transaction)
            if lease.isHeld { entry.heldLease = TokenEntry.HeldLease(lease) }
        }
        put(entry, key, in: &transaction)
        return IssuedToken(
            auth: entry.issuedAuth(leaseDuration: entry.ttl), warnings: lifetime.warnings,
            cubbyholeID: entry.cubbyholeID)
    }

    private func put(_ entry: TokenEntry, _ key: String, in transaction: inout Transaction) {
        transaction.put(Self.idKey(key), entry.encoded())
        if let place = accessorPlace(of: entry, at: key) {
            let accessor: JSONObject = ["accessor": .string(entry.accessor), "key": .string(key)]
            transaction.put(place, JSON.object(accessor).serialized())
        }
        if !entry.isOrphan { transaction.put(Self.childKey(entry.parentKey, key), []) }
    }

    /// A child must not outlive a parent that is being revoked at this moment.
    private func requireUsable(_ parentKey: String, in transaction: inout Transaction) async throws {
        guard ending.enter(parentKey, &transaction),
            let parent = try await transaction.get(Self.idKey(parentKey), parents, { try TokenEntry(encoded: $0) }),
            parent.uses >= 0
        else { throw EngineError.permissionDenied }
    }

    static func lifetime(_ grant: AuthGrant, _ context: IssueContext) -> TokenTTL.Result {
        var ttl = TokenTTL(mountDefault: context.mountDefaultTTL, mountMaximum: context.mountMaximumTTL)
        ttl.requested = grant.ttl
        ttl.period = grant.period
        ttl.explicitMaximum = grant.explicitMaximumTTL
        ttl.roleMaximum = grant.maximumTTL
        return ttl.effective()
    }
}

extension TokenEntry {
    init(_ grant: AuthGrant, id: String, accessor: String, _ path: String, _ now: Timestamp) {
        self.init()
        self.id = id
        self.accessor = accessor
        policies = grant.policies
        self.path = path
        metadata = grant.metadata
        displayName = grant.displayName
        uses = grant.numberOfUses
        creationTime = now
        explicitMaximumTTL = grant.explicitMaximumTTL
        period = grant.period
        boundCIDRs = grant.boundCIDRs
        typeName = (grant.type ?? .service).rawValue
        entityID = grant.entityID
        role = grant.role
        renewable = grant.renewable
    }

    /// The `auth` object for this token.
    func issuedAuth(leaseDuration: Duration) -> IssuedAuth {
        IssuedAuth(
            clientToken: id, accessor: accessor, policies: policies, tokenPolicies: policies, metadata: metadata,
            leaseDuration: leaseDuration, renewable: renewable && !leaseID.isEmpty, entityID: entityID,
            type: TokenType(rawValue: typeName) ?? .service, orphan: isOrphan, numberOfUses: max(uses, 0),
            displayName: displayName)
    }
}
