/// A signature algorithm of JOSE (RFC 7518 §3.1, RFC 8037). `none` and the symmetric ones are none of ours.
package enum SignatureAlgorithm: String, Sendable, CaseIterable {
    case rs256 = "RS256"
    case rs384 = "RS384"
    case rs512 = "RS512"
    case ps256 = "PS256"
    case ps384 = "PS384"
    case ps512 = "PS512"
    case es256 = "ES256"
    case es384 = "ES384"
    case es512 = "ES512"
    case edDSA = "EdDSA"

    /// The family of keys that it works with.
    package var family: KeyFamily {
        switch self {
        case .rs256, .rs384, .rs512, .ps256, .ps384, .ps512: .rsa
        case .es256: .p256
        case .es384: .p384
        case .es512: .p521
        case .edDSA: .ed25519
        }
    }

    package var digest: DigestSize {
        switch self {
        case .rs256, .ps256, .es256: .bits256
        case .rs384, .ps384, .es384: .bits384
        case .rs512, .ps512, .es512, .edDSA: .bits512
        }
    }

    var isPSS: Bool { self == .ps256 || self == .ps384 || self == .ps512 }

    package enum DigestSize: Sendable { case bits256, bits384, bits512 }
}

package enum KeyFamily: String, Sendable { case rsa, p256, p384, p521, ed25519 }

/// Why a token or a key was refused. Says nothing of its content.
package enum JOSEError: Error, Sendable, Equatable {
    case malformed
    /// Not among the algorithms that the verifier allows.
    case algorithmNotAllowed
    /// No key of the set made this signature.
    case noMatchingKey
    case badKey
    case expired, notYetValid, issuedInFuture
    case wrongIssuer, wrongAudience
    case missingClaim(String)
}
