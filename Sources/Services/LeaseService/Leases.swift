package import CofferBase
package import CofferStorage
internal import Synchronization

/// The on-disk calendar of everything that ends.
///
/// | entry | holds |
/// |---|---|
/// | `sys/expire/id/<lease id>` | the lease |
/// | `sys/expire/at/<16 hex digits>/<lease id>` | nothing: the key orders leases by expiry in nanoseconds |
///
/// Nothing is read at start-up but the first key of the calendar. Changes are
/// staged into the caller's transaction, so that a token and its lease live and
/// die in one commit.
package final class Leases: Sendable {
    private let view: StorageView
    private let wake = Mutex<(@Sendable (Timestamp) -> Void)?>(nil)

    package init(storage: any TransactionalStorage) {
        view = StorageView(storage, prefix: "sys/expire/")
    }

    package func load(_ id: String) async throws -> Lease? {
        try await view.get(Self.key(id)).flatMap { Lease(encoded: $0) }
    }

    /// Writes a new or changed lease; `old` is what the same transaction read before.
    package func stage(
        _ lease: Lease, replacing old: Lease?, in transaction: inout Transaction
    ) async throws {
        try await transaction.within(view) { inner in
            if let old, old.expireTime != lease.expireTime { inner.delete(Self.calendarKey(old)) }
            inner.put(Self.key(lease.id), lease.encoded())
            inner.put(Self.calendarKey(lease), [])
        }
        notify(lease.expireTime)
    }

    package func stageRemoval(of lease: Lease, in transaction: inout Transaction) async throws {
        try await transaction.within(view) { inner in
            inner.delete(Self.key(lease.id))
            inner.delete(Self.calendarKey(lease))
        }
    }

    /// The lease as the transaction sees it.
    package func load(_ id: String, in transaction: inout Transaction) async throws -> Lease? {
        try await transaction.within(view) { inner in
            try await inner.get(Self.key(id)).flatMap { Lease(encoded: $0) }
        }
    }

    /// Leases that have expired by `now`, earliest first. A calendar entry without its lease is removed.
    package func due(at now: Timestamp, limit: Int) async throws -> [Lease] {
        var due: [Lease] = []
        for key in try await view.scan("at/", limit: limit) {
            guard let (time, id) = Self.parse(key), time <= now else { break }
            if let lease = try await load(id), lease.expireTime == time {
                due.append(lease)
            } else {
                try await view.delete(key)
            }
        }
        return due
    }

    /// Every lease whose id starts with `path`.
    package func all(below path: String) async throws -> [Lease] {
        var found: [Lease] = []
        var after: StorageKey?
        while true {
            let keys = try await view.scan(Self.key(path), after: after, limit: 500)
            guard let last = keys.last else { return found }
            for key in keys {
                if let lease = try await view.get(key).flatMap({ Lease(encoded: $0) }) { found.append(lease) }
            }
            after = last
        }
    }

    /// When the next lease ends; nil when there is none.
    package func nextExpiry() async throws -> Timestamp? {
        try await view.scan("at/", limit: 1).first.flatMap { Self.parse($0)?.time }
    }

    /// Calls `body` with the expiry of each lease that is staged, so that a sleeper can wake earlier.
    package func onChange(_ body: @escaping @Sendable (Timestamp) -> Void) {
        wake.withLock { $0 = body }
    }

    private func notify(_ time: Timestamp) {
        let body = wake.withLock { $0 }
        body?(time)
    }

    private static func key(_ id: String) -> StorageKey { StorageKey("id/" + id) }

    private static func calendarKey(_ lease: Lease) -> StorageKey {
        var time: [UInt8] = []
        let stamp = UInt64(clamping: lease.expireTime.nanoseconds)
        for shift in stride(from: 56, through: 0, by: -8) {
            Hex.append(UInt8(truncatingIfNeeded: stamp >> UInt64(shift)), to: &time)
        }
        return StorageKey(bytes: Array("at/".utf8) + time + [UInt8(ascii: "/")] + Array(lease.id.utf8))
    }

    private static func parse(_ key: StorageKey) -> (time: Timestamp, id: String)? {
        let bytes = key.bytes.dropFirst(3)
        guard bytes.count > 17, let raw = Hex.decode(String(decoding: bytes.prefix(16), as: UTF8.self)) else {
            return nil
        }
        let stamp = raw.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let id = String(decoding: bytes.dropFirst(17), as: UTF8.self)
        return (Timestamp(nanoseconds: Int64(clamping: stamp)), id)
    }
}
