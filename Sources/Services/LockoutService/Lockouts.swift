package import CofferBase
internal import CofferCrypto
internal import CofferJSON
package import CofferStorage
internal import Synchronization

/// Locks names out of their auth methods after too many wrong credentials.
///
/// Counters live in memory, under one lock, so that no two attempts see the same count. A lock is also
/// stored, at `core/login/lockedUsers/<accessor>/<hash of the alias>`, so that a restart does not open it.
package final class Lockouts: Sendable {
    private let view: StorageView
    private let clock: any WallClock
    private let logins = Mutex(FailedLogins())

    /// Reads the locks that still hold, and removes the others.
    package init(storage: any TransactionalStorage, clock: any WallClock) async throws {
        view = StorageView(storage, prefix: "core/login/lockedUsers/")
        self.clock = clock
        var after: StorageKey?
        while true {
            let keys = try await view.scan(after: after, limit: 500)
            for key in keys { try await load(key) }
            guard keys.count == 500, let last = keys.last else { return }
            after = last
        }
    }

    private func load(_ key: StorageKey) async throws {
        guard let stored = try await view.get(key) else { return }
        guard let object = try? JSON.parseObject(stored, limits: .trusted),
            let accessor = object["accessor"]?.stringValue, let alias = object["alias"]?.stringValue,
            let end = object["until"]?.intValue, Timestamp(nanoseconds: end) > clock.now
        else { return try await view.delete(key) }
        let name = LockedName(accessor: accessor, alias: alias)
        logins.withLock { $0.lock(name, until: Timestamp(nanoseconds: end)) }
    }

    package func isLocked(_ name: LockedName) -> Bool {
        let now = clock.now
        return logins.withLock { $0.lockEnd(name, at: now) != nil }
    }

    /// Notes a wrong credential. When this returns, a lock that it caused is stored.
    package func fail(_ name: LockedName, _ rules: LockoutRules) async throws(StorageError) {
        let now = clock.now
        guard let end = logins.withLock({ $0.fail(name, rules, at: now) }) else { return }
        let entry: JSONObject = [
            "accessor": .string(name.accessor), "alias": .string(name.alias), "until": .int(end.nanoseconds),
        ]
        try await view.put(Self.key(name), JSON.object(entry).serialized())
    }

    /// Notes a right credential.
    ///
    /// False when the name was locked while the credential was being checked: of many guesses sent at
    /// once, none may come through after the wrong ones have turned the key.
    package func succeed(_ name: LockedName) -> Bool {
        let now = clock.now
        return logins.withLock { logins in
            if logins.lockEnd(name, at: now) != nil { return false }
            logins.forget(name)
            return true
        }
    }

    /// Opens a lock and forgets what was counted; no error when there is none.
    package func unlock(_ name: LockedName) async throws(StorageError) {
        try await view.delete(Self.key(name))
        logins.withLock { $0.forget(name) }
    }

    /// The names that are locked now, in order.
    package var locked: [LockedName] {
        let now = clock.now
        let names = logins.withLock { logins in
            logins.attempts.keys.filter { logins.lockEnd($0, at: now) != nil }
        }
        return names.sorted { ($0.accessor, $0.alias) < ($1.accessor, $1.alias) }
    }

    private static func key(_ name: LockedName) -> StorageKey {
        StorageKey(name.accessor + "/" + Hex.encode(SHA256.hash(Array(name.alias.utf8))))
    }
}
