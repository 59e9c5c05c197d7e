internal import CofferBase

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
