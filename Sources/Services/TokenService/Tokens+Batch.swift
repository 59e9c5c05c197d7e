internal import CofferBase
internal import CofferFramework

extension Tokens {
    /// Makes a token that lives in its own text: nothing is written.
    func issueBatch(_ grant: AuthGrant, _ context: IssueContext) async throws -> IssuedToken {
        if grant.policies.contains("root") { throw EngineError.badRequest("batch tokens cannot be root tokens") }
        guard grant.period == .zero, grant.numberOfUses == 0, grant.customID == nil else {
            throw EngineError.badRequest("batch tokens cannot have a period, a number of uses or an id")
        }
        let now = clock.now
        var entry = TokenEntry(grant, id: "", accessor: "", context.creationPath(grant), now)
        entry.namespaceID = context.namespace.id
        entry.renewable = false
        if let parent = grant.parent {
            entry.parentKey = key(of: parent)
            guard try await find(key: entry.parentKey) != nil else { throw EngineError.permissionDenied }
        }
        let lifetime = Self.lifetime(grant, context)
        entry.ttl = .seconds(lifetime.ttl.wholeSeconds)
        // Zero would be a token without an end, or one that is over at once.
        guard entry.ttl > .zero else { throw EngineError.badRequest("the token would have no lifetime left") }
        guard let id = try batch.seal(entry, random: random) else {
            throw EngineError.badRequest(
                "the batch token would be longer than \(BatchTokenCipher.longest) characters; "
                    + "give it less metadata or fewer policies")
        }
        entry.id = id
        return IssuedToken(
            auth: entry.issuedAuth(leaseDuration: entry.ttl), warnings: lifetime.warnings)
    }

    /// The token of any kind that has this id, usable or not.
    func resolve(_ token: String, at key: String? = nil) async throws -> LiveToken? {
        guard token.hasPrefix(BatchTokenCipher.prefix) else { return try await load(key ?? self.key(of: token)) }
        guard let entry = batch.open(token) else { return nil }
        // It dies with its parent, which may have been revoked, used up or expired.
        if !entry.isOrphan, try await find(key: entry.parentKey) == nil { return nil }
        return LiveToken(
            key: self.key(of: token), entry: entry, issueTime: entry.creationTime,
            expireTime: entry.creationTime + entry.ttl, lastRenewal: nil)
    }
}
