internal import CofferBase
internal import Synchronization

/// What a login has granted until its code is exchanged.
struct CodeGrant: Sendable {
    var provider: String
    var clientID: String
    var entityID: String
    var redirectURI: String
    var nonce: String
    var scopes: [String]
    var authenticated: Timestamp
    /// Whether the relying party asked for the time of authentication.
    var tellsAuthTime: Bool
    var challenge: String
    var challengeMethod: String
}

/// Codes that were handed out: each for five minutes and one exchange. Lost at a restart, as logins in flight are.
final class AuthorizationCodes: Sendable {
    private struct Entry {
        let grant: CodeGrant
        let expiry: Timestamp
    }

    private static let lifetime: Duration = .seconds(300)
    private static let capacity = 20_000

    private let clock: any WallClock
    private let entries = Mutex<[String: Entry]>([:])

    init(clock: any WallClock) { self.clock = clock }

    /// False when too many codes are waiting.
    func keep(_ code: String, _ grant: CodeGrant) -> Bool {
        let now = clock.now
        return entries.withLock { entries in
            if entries.count >= Self.capacity { entries = entries.filter { $0.value.expiry > now } }
            guard entries.count < Self.capacity else { return false }
            entries[code] = Entry(grant: grant, expiry: now + Self.lifetime)
            return true
        }
    }

    /// The grant of a code, which is used up by asking.
    func take(_ code: String) -> CodeGrant? {
        let now = clock.now
        guard let entry = entries.withLock({ $0.removeValue(forKey: code) }), entry.expiry > now else { return nil }
        return entry.grant
    }
}
