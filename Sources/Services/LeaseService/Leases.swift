package import CofferBase
internal import CofferJSON
package import CofferStorage
internal import Synchronization

/// The on-disk calendar of everything that ends.
///
/// | entry | holds |
/// |---|---|
/// | `sys/expire/id/<lease id>` | the lease, unless it is held |
/// | `sys/expire/at/<16 hex digits>/<lease id>` | nothing: the key orders leases by expiry in nanoseconds |
/// | `sys/expire/window/<home>/<stem>` | nothing: the key lists tokens that hold leases |
/// | `sys/expire/at/<16 hex digits>/<home>/<stem>` | nothing: some token of this window ends here |
/// | `sys/expire/token/<token key>/<lease id>` | nothing: the key lists what a token holds |
/// | `sys/expire/irrevocable/<lease id>` | nothing: the reaper has given up, the calendar knows it no more |
///
/// Where many tokens are made, each holds its own lease, in its own entry: so a login stores one entry. What lists it, it
/// shares with the tokens that were made at the same path within a quarter of a second (`TokenWindow`). A lease that
/// changes is listed by itself from then on, but stays held.
///
/// Nothing is read at start-up but the first key of the calendar. Changes are
/// staged into the caller's transaction, so that a token and its lease live and
/// die in one commit.
package final class Leases: Sendable {
    let view: StorageView
    let entries: LeaseEntries
    let windows: OpenWindows
    /// How many there are.
    package let tally: LeaseTally
    private let wake = Mutex<Waker?>(nil)

    /// A struct around a function: one that is read from a generic box by itself is put back in a wrapper more, each
    /// time, so that calls become slower without end.
    private struct Waker: Sendable {
        let wake: @Sendable (Timestamp) -> Void
    }

    package init(storage: any TransactionalStorage) {
        view = StorageView(storage, prefix: "sys/expire/")
        let tokens = StorageView(storage, prefix: "sys/token/id/")
        entries = LeaseEntries(view: view, tokens: tokens)
        windows = OpenWindows(tokens: tokens)
        tally = LeaseTally(entries)
    }

    package func load(_ id: String) async throws -> Lease? { try await entries.load(id) }

    /// Writes a new or changed lease; `old` is what the same transaction read before.
    /// After the commit the caller says `announce`.
    package func stage(
        _ lease: Lease, replacing old: Lease?, in transaction: inout Transaction
    ) async throws {
        var lease = lease
        // What lists many does not know where one of them went.
        lease.isGrouped = false
        if lease.isHeld { try await rewrite(lease, in: &transaction) }
        try await transaction.within(view) { inner in
            if let old { Self.unlist(old, in: &inner) } else { tally.watch(lease, .added, in: &inner) }
            if !lease.isHeld { inner.put(Self.key(lease.id), lease.encoded()) }
            inner.put(lease.isIrrevocable ? Self.irrevocableKey(lease.id) : Self.calendarKey(lease), [])
            if let key = Self.holderKey(lease), !lease.isRevoking { inner.put(key, []) }
        }
    }

    /// In the entry of its token, which the same transaction has read.
    private func rewrite(_ lease: Lease, in transaction: inout Transaction) async throws {
        try await transaction.within(entries.tokens) { inner in
            let key = StorageKey(lease.tokenKey)
            guard let stored = try await inner.get(key) else { return }
            var object = try JSON.parseObject(stored, limits: .trusted)
            object["lease"] = .object(lease.record)
            inner.put(key, JSON.object(object).serialized())
        }
    }

    package func stageRemoval(of lease: Lease, in transaction: inout Transaction) async throws {
        try await stageRemoval(of: [lease], in: &transaction)
    }

    /// The same of many. The entry of a token that holds its lease is the caller's to remove.
    package func stageRemoval(of leases: [Lease], in transaction: inout Transaction) async throws {
        try await transaction.within(view) { inner in
            for lease in leases {
                if !lease.isHeld { inner.delete(Self.key(lease.id)) }
                tally.watch(lease, .removed, in: &inner)
                Self.unlist(lease, in: &inner)
            }
        }
    }

    private static func unlist(_ lease: Lease, in transaction: inout Transaction) {
        if lease.isGrouped { return }
        transaction.delete(lease.isIrrevocable ? irrevocableKey(lease.id) : calendarKey(lease))
        if let key = holderKey(lease) { transaction.delete(key) }
    }

    /// The lease as the transaction sees it.
    package func load(_ id: String, in transaction: inout Transaction) async throws -> Lease? {
        switch try await entries.find(id, in: &transaction) {
        case .lease(let lease): lease
        case .nothing, .damaged(nil): nil
        case .damaged(let error?): throw error
        }
    }

    /// The same, but nil when it is damaged.
    package func readable(_ id: String, in transaction: inout Transaction) async throws -> Lease? {
        try await entries.find(id, in: &transaction).lease
    }

    /// Those of the tokens that hold leases at engines, by their keys.
    package func holders(among tokenKeys: [String]) async throws -> Set<String> {
        let folders = tokenKeys.map { StorageKey("token/" + $0 + "/") }
        let found = try await view.occupied(folders)
        return Set(zip(tokenKeys, folders).filter { found.contains($1) }.map(\.0))
    }

    /// Reads a lease, lets `change` decide, and writes what it left; the lease is removed when that is nil.
    /// - Returns: the lease as it is now.
    @discardableResult
    package func update(_ id: String, _ change: (inout Lease?) throws -> Void) async throws -> Lease? {
        let changed: Lease? = try await view.transaction { transaction in
            let old = try await load(id, in: &transaction)
            var lease = old
            try change(&lease)
            if let lease {
                try await stage(lease, replacing: old, in: &transaction)
            } else if let old {
                try await stageRemoval(of: old, in: &transaction)
            }
            return lease
        }
        if let changed { announce(changed.expireTime) }
        return changed
    }

    /// When the next lease ends; nil when there is none.
    package func nextExpiry() async throws -> Timestamp? {
        try await view.scan("at/", limit: 1).first.flatMap { Self.parse($0)?.time }
    }

    /// When the next lease ends of those that have not ended by `now`.
    package func nextExpiry(after now: Timestamp) async throws -> Timestamp? {
        let end = StorageKey("at/") + Self.digits(now) + "0"
        return try await view.scan("at/", after: end, limit: 1).first.flatMap { Self.parse($0)?.time }
    }

    /// Calls `body` with the expiry of each lease that is announced, so that a sleeper can wake earlier.
    package func onChange(_ body: @escaping @Sendable (Timestamp) -> Void) {
        wake.withLock { $0 = Waker(wake: body) }
    }

    /// A lease that ends at `time` has been committed. Said before the commit, a sleeper could
    /// look, find nothing and sleep on.
    package func announce(_ time: Timestamp) {
        let waker = wake.withLock { $0 }
        waker?.wake(time)
    }

    static func key(_ id: String) -> StorageKey { LeaseEntries.key(id) }
    static func irrevocableKey(_ id: String) -> StorageKey { StorageKey("irrevocable/" + id) }

    /// A token's own lease is found through the token.
    static func holderKey(_ lease: Lease) -> StorageKey? {
        guard lease.kind == .secret, !lease.tokenKey.isEmpty else { return nil }
        return StorageKey("token/" + lease.tokenKey + "/" + lease.id)
    }

    static func calendarKey(_ lease: Lease) -> StorageKey { calendarKey(lease.expireTime, lease.id) }

    static func calendarKey(_ time: Timestamp, _ id: String) -> StorageKey {
        StorageKey("at/") + digits(time) + "/" + id
    }

    /// Sixteen, so that keys are in the order of the times.
    private static func digits(_ time: Timestamp) -> StorageKey {
        var digits: [UInt8] = []
        let stamp = UInt64(clamping: time.nanoseconds)
        for shift in stride(from: 56, through: 0, by: -8) {
            Hex.append(UInt8(truncatingIfNeeded: stamp >> UInt64(shift)), to: &digits)
        }
        return StorageKey(bytes: digits)
    }

    static func parse(_ key: StorageKey) -> (time: Timestamp, id: String)? {
        let bytes = key.bytes.dropFirst(3)
        guard bytes.count > 17, let raw = Hex.decode(String(decoding: bytes.prefix(16), as: UTF8.self)) else {
            return nil
        }
        let stamp = raw.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let id = String(decoding: bytes.dropFirst(17), as: UTF8.self)
        return (Timestamp(nanoseconds: Int64(clamping: stamp)), id)
    }
}
