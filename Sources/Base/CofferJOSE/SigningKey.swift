internal import CofferBase
internal import Crypto
internal import CryptoExtras

/// A private key that makes signatures. Its text is for storage behind the barrier only.
package struct SigningKey: Sendable {
    private enum Kind: Sendable {
        case rsa(_RSA.Signing.PrivateKey)
        case p256(P256.Signing.PrivateKey)
        case p384(P384.Signing.PrivateKey)
        case p521(P521.Signing.PrivateKey)
        case ed25519(Curve25519.Signing.PrivateKey)
    }

    private let kind: Kind
    package let algorithm: SignatureAlgorithm

    /// Draws a key. RSA keys have 2048 bits and take some 80 ms: not for the cooperative pool.
    package init(generating algorithm: SignatureAlgorithm) throws(JOSEError) {
        self.algorithm = algorithm
        do {
            kind =
                switch algorithm.family {
                case .rsa: .rsa(try _RSA.Signing.PrivateKey(keySize: .bits2048))
                case .p256: .p256(P256.Signing.PrivateKey())
                case .p384: .p384(P384.Signing.PrivateKey())
                case .p521: .p521(P521.Signing.PrivateKey())
                case .ed25519: .ed25519(Curve25519.Signing.PrivateKey())
                }
        } catch {
            throw .badKey
        }
    }

    /// What `stored` gave.
    package init(stored text: String, for algorithm: SignatureAlgorithm) throws(JOSEError) {
        guard let bytes = Base64Text.standard(text) else { throw .badKey }
        self.algorithm = algorithm
        do {
            kind =
                switch algorithm.family {
                case .rsa: .rsa(try _RSA.Signing.PrivateKey(derRepresentation: bytes))
                case .p256: .p256(try P256.Signing.PrivateKey(rawRepresentation: bytes))
                case .p384: .p384(try P384.Signing.PrivateKey(rawRepresentation: bytes))
                case .p521: .p521(try P521.Signing.PrivateKey(rawRepresentation: bytes))
                case .ed25519: .ed25519(try Curve25519.Signing.PrivateKey(rawRepresentation: bytes))
                }
        } catch {
            throw .badKey
        }
    }

    /// The private key as text.
    package var stored: String {
        let bytes: [UInt8] =
            switch kind {
            case .rsa(let key): Array(key.derRepresentation)
            case .p256(let key): Array(key.rawRepresentation)
            case .p384(let key): Array(key.rawRepresentation)
            case .p521(let key): Array(key.rawRepresentation)
            case .ed25519(let key): Array(key.rawRepresentation)
            }
        return Base64.standard.encode(bytes)
    }

    package var publicKey: VerifyingKey {
        switch kind {
        case .rsa(let key): VerifyingKey(.rsa(key.publicKey))
        case .p256(let key): VerifyingKey(.p256(key.publicKey))
        case .p384(let key): VerifyingKey(.p384(key.publicKey))
        case .p521(let key): VerifyingKey(.p521(key.publicKey))
        case .ed25519(let key): VerifyingKey(.ed25519(key.publicKey))
        }
    }

    package func signature(of message: [UInt8]) throws(JOSEError) -> [UInt8] {
        do {
            return switch kind {
            case .rsa(let key): try sign(message, key)
            case .p256(let key): Array(try key.signature(for: SHA256.hash(data: message)).rawRepresentation)
            case .p384(let key): Array(try key.signature(for: SHA384.hash(data: message)).rawRepresentation)
            case .p521(let key): Array(try key.signature(for: SHA512.hash(data: message)).rawRepresentation)
            case .ed25519(let key): Array(try key.signature(for: message))
            }
        } catch {
            throw .badKey
        }
    }

    private func sign(_ message: [UInt8], _ key: _RSA.Signing.PrivateKey) throws -> [UInt8] {
        let padding: _RSA.Signing.Padding = algorithm.isPSS ? .PSS : .insecurePKCS1v1_5
        let signature =
            switch algorithm.digest {
            case .bits256: try key.signature(for: SHA256.hash(data: message), padding: padding)
            case .bits384: try key.signature(for: SHA384.hash(data: message), padding: padding)
            case .bits512: try key.signature(for: SHA512.hash(data: message), padding: padding)
            }
        return Array(signature.rawRepresentation)
    }
}
