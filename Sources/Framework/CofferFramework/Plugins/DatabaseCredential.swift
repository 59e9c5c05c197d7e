/// What lets a user of a database in.
package enum DatabaseCredential: Sendable {
    case password(String)
    /// Base64 of the SubjectPublicKeyInfo of an RSA key, whose private half the user has.
    case publicKey(String)
    /// A certificate whose common name is the user's name.
    case certificate

    /// Vault's names for them.
    package enum Kind: String, Sendable {
        case password
        case rsaPrivateKey = "rsa_private_key"
        case clientCertificate = "client_certificate"
    }

    package var kind: Kind {
        switch self {
        case .password: .password
        case .publicKey: .rsaPrivateKey
        case .certificate: .clientCertificate
        }
    }

    /// Nil for the other kinds, which plugins without them are never given.
    package var password: String? {
        if case .password(let text) = self { text } else { nil }
    }
}
