package import CofferBase
internal import CofferCrypto
internal import CofferFramework
internal import CofferJSON
package import CofferStorage
package import LeaseService

/// Tokens: looked up, issued, renewed and revoked.
///
/// | entry | holds |
/// |---|---|
/// | `sys/token/salt` | the salt of all keys below |
/// | `sys/token/wrapping-key` | the key that signs wrapping tokens in the form of JWTs |
/// | `sys/token/batch-key` | the secret of all batch tokens, which are stored nowhere |
/// | `sys/token/id/<key>` | the token, and its lease if it holds that (see `Leases`) |
/// | `sys/token/accessor/<key>`, `sys/token/ns/<namespace>/accessor/<key>` | accessor and token key, where the one does not give the other, or the token is of a namespace below the root |
/// | `sys/token/parent/<parent key>/<key>` | nothing: the key lists the children |
package final class Tokens: Sendable {
    let view: StorageView
    let cubbyholes: StorageView
    let leases: Leases
    let clock: any WallClock
    let random: RandomSource
    let cache: TokenCache
    let ended = EndedTokens()
    let ending = EndingTokens()
    let batch: BatchTokenCipher
    /// Tokens under which others are made.
    let parents = DecodedEntries<TokenEntry>(capacity: 1024)
    private let mac: HMACSHA256
    private let accessorMAC: HMACSHA256
    private let salt: [UInt8]

    /// Reads the salt, or draws it on the first unseal.
    /// - Parameters:
    ///   - cubbyholes: where each token's cubbyhole lives, by its id.
    ///   - cachesTokens: nobody else changes them; otherwise they are read anew for each request.
    package init(
        storage: any TransactionalStorage, cubbyholes: StorageView, leases: Leases, clock: any WallClock,
        random: RandomSource, cachesTokens: Bool = true
    ) async throws {
        cache = TokenCache(capacity: cachesTokens ? 65_536 : 0)
        let view = StorageView(storage, prefix: "sys/token/")
        self.view = view
        self.cubbyholes = cubbyholes
        self.leases = leases
        self.clock = clock
        self.random = random
        salt = try await Self.kept("salt", in: view) { Array(try random.uuid().utf8) }
        mac = HMACSHA256(key: salt)
        accessorMAC = HMACSHA256(key: mac.authenticate(Array("accessor".utf8)))
        batch = BatchTokenCipher(secret: try await Self.kept("batch-key", in: view) { try random.bytes(32) })
    }

    /// What is stored at `key`, or what `draw` makes and this stores.
    static func kept(
        _ key: StorageKey, in view: StorageView, _ draw: () throws -> [UInt8]
    ) async throws -> [UInt8] {
        try await view.transaction { transaction in
            if let stored = try await transaction.get(key) { return stored }
            let drawn = try draw()
            transaction.put(key, drawn)
            return drawn
        }
    }

    static let prefix = "hvs."

    /// Where a token is stored: one that was drawn, by its accessor; any other one as Vault does (contract vectors 7 and
    /// 8).
    func key(of id: String) -> String {
        if let accessor = accessor(of: id) { return key(ofAccessor: accessor) }
        if id.utf8.contains(UInt8(ascii: ".")) {
            return mac.hex(of: id, after: "h")
        }
        return Hex.encode(SHA1.hash(salt + Array(id.utf8)))
    }

    /// Of a token that was drawn; nil for any other one, whose accessor is drawn too.
    func accessor(of id: String) -> String? {
        let start = Self.prefix.utf8.count
        guard TimedID.stamp(of: id, from: start) != nil, id.hasPrefix(Self.prefix) else { return nil }
        return TimedID.accessor(of: id, from: start, accessorMAC)
    }

    /// Where an accessor is stored, and of those that are made of a token the token itself.
    func key(ofAccessor accessor: String) -> String {
        TimedID.stamp(of: accessor, from: 0).map { TimedID.key(accessor, $0, mac) } ?? key(of: accessor)
    }

    // MARK: looking up

    /// Finds the token that a request carries; does not spend a use.
    package func authenticate(_ token: String, from address: String) async throws -> Authentication {
        guard token.utf8.count <= 8192 else { return .refused(.unknown) }
        let key = token.hasPrefix(BatchTokenCipher.prefix) ? nil : key(of: token)
        var found = key.flatMap { cache.token($0) }
        if found == nil { found = try await resolve(token, at: key) }
        guard let live = found else { return .refused(ended.reason(key ?? self.key(of: token)) ?? .unknown) }
        if let expireTime = live.expireTime, expireTime <= clock.now {
            return .refused(live.entry.isWrapping ? .wrappingToken : .expired)
        }
        if live.entry.uses == TokenEntry.lastUse { return .refused(live.entry.isWrapping ? .wrappingToken : .usedUp) }
        if live.entry.uses == TokenEntry.revoking { return .refused(.revoked) }
        if live.expireTime != nil, !live.entry.boundCIDRs.isEmpty {
            let isBound = live.entry.boundCIDRs.contains { CIDR($0)?.contains(address) == true }
            if !isBound { return .refused(.addressNotBound) }
        }
        return .valid(live)
    }

    /// The usable token with this id, or nil; for lookups on behalf of another caller.
    package func find(_ token: String) async throws -> LiveToken? {
        usable(try await resolve(token))
    }

    /// The token that makes the request in hand, which may be its last one.
    /// - Parameter key: where it is stored, when that is known.
    package func findCaller(_ token: String, at key: String? = nil) async throws -> LiveToken? {
        guard let live = try await resolve(token, at: key) else { return nil }
        return live.entry.uses == TokenEntry.lastUse ? live : usable(live)
    }

    package func find(accessor: String) async throws -> LiveToken? {
        let key: String
        if TimedID.stamp(of: accessor, from: 0) != nil {
            key = self.key(ofAccessor: accessor)
        } else {
            guard let stored = try await view.get(accessorKey(accessor)),
                let named = try JSON.parseObject(stored, limits: .trusted)["key"]?.stringValue
            else { return nil }
            key = named
        }
        guard let live = usable(try await load(key)), live.entry.accessor == accessor else { return nil }
        return live
    }

    package func find(key: String) async throws -> LiveToken? { usable(try await load(key)) }

    private func usable(_ live: LiveToken?) -> LiveToken? {
        guard let live, live.entry.uses >= 0 else { return nil }
        if let expireTime = live.expireTime, expireTime <= clock.now { return nil }
        return live
    }

    /// From the cache or from storage; nil when there is no such token.
    func load(_ key: String) async throws -> LiveToken? {
        if let live = cache.token(key) { return live }
        let generation = cache.generation(key)
        guard let stored = try await view.get(Self.idKey(key)) else { return nil }
        let entry = try TokenEntry(encoded: stored)
        let live: LiveToken
        if entry.leaseID.isEmpty {
            // Only the root token may live without a lease; any other is refused and removed on sight.
            guard entry.isRoot else {
                try await revoke(key: key)
                return nil
            }
            live = LiveToken(
                key: key, entry: entry, issueTime: entry.creationTime, expireTime: nil, lastRenewal: nil)
        } else {
            let own = if let held = entry.heldLease { held.lease } else { try await leases.load(entry.leaseID) }
            guard let lease = own else {
                try await revoke(key: key)
                return nil
            }
            // A revocation that is tried again later has moved the lease, but the token is over.
            live = LiveToken(
                key: key, entry: entry, issueTime: lease.issueTime,
                expireTime: lease.isRevoking ? lease.issueTime : lease.expireTime, lastRenewal: lease.lastRenewal)
        }
        cache.insert(live, ifStill: generation)
        return live
    }

    // MARK: uses

    /// Spends one use, durably, before the request does anything.
    package func spendUse(of live: LiveToken) async throws -> TokenUse {
        guard live.entry.uses > 0 else { return .unlimited }
        let outcome: TokenUse = try await view.transaction { transaction in
            guard let stored = try await transaction.get(Self.idKey(live.key)) else { return .refused }
            var entry = try TokenEntry(encoded: stored)
            guard entry.uses > 0 else { return .refused }
            entry.uses = entry.uses == 1 ? TokenEntry.lastUse : entry.uses - 1
            transaction.put(Self.idKey(live.key), entry.encoded())
            return entry.uses == TokenEntry.lastUse ? .last : .remaining(entry.uses)
        }
        cache.forget(live.key)
        return outcome
    }

    static func idKey(_ key: String) -> StorageKey { StorageKey("id/" + key) }
    static func childKey(_ parent: String, _ child: String) -> StorageKey {
        StorageKey("parent/" + parent + "/" + child)
    }
}

extension TokenEntry {
    /// A single-use token that opens one wrapped answer.
    package var isWrapping: Bool { policies == ["response-wrapping"] }
}
