internal import CofferBase
internal import CofferFramework
internal import IdentityService
internal import Synchronization
internal import TokenService

/// A login that has passed its method and still lacks its second factors.
package struct PendingLogin: Sendable {
    package let entityID: String
    /// Names of the enforcements that asked.
    package let enforcements: [String]
    let grant: AuthGrant
    let context: IssueContext
    let alias: LoginAlias
}

/// Logins that wait for `sys/mfa/validate`: each for five minutes. Lost when the server seals.
package final class PendingLogins: Sendable {
    private struct Entry {
        let login: PendingLogin
        let expiry: Timestamp
    }

    private static let lifetime: Duration = .seconds(300)
    private static let capacity = 20_000

    private let clock: any WallClock
    private let entries = Mutex<[String: Entry]>([:])

    init(clock: any WallClock) { self.clock = clock }

    /// False when too many logins are waiting.
    func keep(_ login: PendingLogin, as id: String) -> Bool {
        let now = clock.now
        return entries.withLock { entries in
            if entries.count >= Self.capacity { entries = entries.filter { $0.value.expiry > now } }
            guard entries.count < Self.capacity else { return false }
            entries[id] = Entry(login: login, expiry: now + Self.lifetime)
            return true
        }
    }

    package func login(_ id: String) -> PendingLogin? {
        let now = clock.now
        guard let entry = entries.withLock({ $0[id] }), entry.expiry > now else { return nil }
        return entry.login
    }

    /// The login, for the one who asks first.
    func take(_ id: String) -> PendingLogin? {
        let now = clock.now
        guard let entry = entries.withLock({ $0.removeValue(forKey: id) }), entry.expiry > now else { return nil }
        return entry.login
    }
}
