package import CofferBase
package import CofferFramework
internal import CofferJSON
internal import CofferStorage

/// What a wrapping token holds, at `response` in its cubbyhole.
package struct WrappedResponse: Sendable {
    /// The whole answer as JSON text.
    package var content: String
    package var creationPath: String
    package var creationTime: Timestamp
    package var ttl: Duration

    func encoded() -> [UInt8] {
        let object: JSONObject = [
            "response": .string(content), "creation_path": .string(creationPath),
            "creation_time": .int(creationTime.nanoseconds), "creation_ttl": .int(ttl.wholeSeconds),
        ]
        return JSON.object(object).serialized()
    }

    init(content: String, creationPath: String, creationTime: Timestamp, ttl: Duration) {
        self.content = content
        self.creationPath = creationPath
        self.creationTime = creationTime
        self.ttl = ttl
    }

    init?(encoded bytes: [UInt8]) {
        guard let object = try? JSON.parseObject(bytes, limits: .trusted),
            let content = object["response"]?.stringValue, let path = object["creation_path"]?.stringValue,
            let time = object["creation_time"]?.intValue, let ttl = object["creation_ttl"]?.intValue
        else { return nil }
        self.init(
            content: content, creationPath: path, creationTime: Timestamp(nanoseconds: time), ttl: .seconds(ttl))
    }
}

extension Tokens {
    /// Stores an answer under a new single-use token; both appear in one commit.
    package func wrap(
        _ content: String, creationPath: String, ttl: Duration, wrappedAccessor: String,
        namespace: NamespaceReference
    ) async throws -> WrapInfo {
        var grant = AuthGrant(displayName: "", policies: ["response-wrapping"])
        grant.ttl = ttl
        grant.explicitMaximumTTL = ttl
        grant.numberOfUses = 1
        grant.renewable = false
        grant.noDefaultPolicy = true
        let context = IssueContext(
            path: creationPath, namespace: namespace, mountDefaultTTL: ttl, mountMaximumTTL: ttl)
        let now = clock.now
        let response = WrappedResponse(content: content, creationPath: creationPath, creationTime: now, ttl: ttl)
        let issued = try await view.transaction { transaction in
            let issued = try await stage(grant, context, in: &transaction)
            try await transaction.within(cubbyholes) { inner in
                inner.put(StorageKey(issued.cubbyholeID + "/response"), response.encoded())
            }
            return issued
        }
        announce(issued)
        return WrapInfo(
            token: issued.auth.clientToken, accessor: issued.auth.accessor, ttl: ttl, creationTime: now,
            creationPath: creationPath, wrappedAccessor: wrappedAccessor)
    }

    /// What the wrapping token holds, without spending it; nil when it is not a usable wrapping token.
    package func peek(wrapping token: String) async throws -> WrappedResponse? {
        guard let live = try await find(token), live.entry.isWrapping else { return nil }
        return try await response(of: live)
    }

    /// Spends the wrapping token, then reads what it holds; it is revoked whether or not that worked.
    package func unwrap(_ live: LiveToken, alreadySpent: Bool) async throws -> WrappedResponse? {
        guard live.entry.isWrapping else { return nil }
        if !alreadySpent {
            guard try await spendUse(of: live) == .last else { return nil }
        }
        let response = try await response(of: live)
        try await revoke(key: live.key)
        return response
    }

    private func response(of live: LiveToken) async throws -> WrappedResponse? {
        try await cubbyholes.get(StorageKey(live.entry.cubbyholeID + "/response"))
            .flatMap { WrappedResponse(encoded: $0) }
    }
}

extension Tokens {
    /// The wrapping token to open. The caller's own use is already spent, so it is not usable any more.
    package func findForUnwrap(_ token: String, alreadySpent: Bool) async throws -> LiveToken? {
        guard let live = try await load(key(of: token)), live.entry.isWrapping else { return nil }
        if let expireTime = live.expireTime, expireTime <= clock.now { return nil }
        return live.entry.uses == (alreadySpent ? TokenEntry.lastUse : 1) ? live : nil
    }
}
