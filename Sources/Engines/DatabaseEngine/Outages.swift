internal import CofferBase
internal import CofferFramework
internal import CofferStorage
internal import Synchronization

/// Databases that could not be reached when a user was to be removed.
///
/// They are asked every few seconds whether they are back. Until then revocations fail at once, so that ten thousand
/// of them wait for nobody; then all that failed are tried again at once instead of after their pause, those given
/// up included. The mark is stored, for a restart in between.
struct Outages {
    let mount: DatabaseMount

    private static let folder: StorageKey = "outage/"
    private static let pause: Duration = .seconds(5)

    /// Why the database was not reached; nil when nothing is known against it.
    func outage(of connection: String) -> DatabaseFailure? { mount.outages.withLock { $0[connection] } }

    func note(_ connection: String, _ failure: DatabaseFailure) async throws {
        mount.outages.withLock { $0[connection] = failure }
        let key = Self.folder + connection
        if try await mount.storage.get(key) == nil { try await mount.storage.put(key, []) }
        mount.planTick(at: mount.now + Self.pause)
    }

    /// When to ask again; nil when there is no outage.
    func tick(_ now: Timestamp) async throws -> Timestamp? {
        var isAnyBack = false
        var next: Timestamp?
        for name in try await mount.storage.children(of: Self.folder) {
            if try await isBack(name) {
                // Removed first: a revocation that fails from here on notes a new one.
                try await mount.storage.delete(Self.folder + name)
                mount.outages.withLock { _ = $0.removeValue(forKey: name) }
                isAnyBack = true
            } else {
                next = now + Self.pause
            }
        }
        if isAnyBack { try await mount.context.services.retryRevocations(mount.context.mount) }
        return next
    }

    /// Also true for a database that is not configured any more: nobody need wait for it.
    private func isBack(_ name: String) async throws -> Bool {
        guard try await mount.storage.get(DatabaseMount.configurationKey(name)) != nil else { return true }
        do {
            try await mount.open(name).plugin.verify()
            return true
        } catch {
            return false
        }
    }
}
