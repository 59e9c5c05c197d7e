internal import Crypto
internal import CryptoExtras

/// A public key that checks signatures.
package struct VerifyingKey: Sendable {
    enum Kind: Sendable {
        case rsa(_RSA.Signing.PublicKey)
        case p256(P256.Signing.PublicKey)
        case p384(P384.Signing.PublicKey)
        case p521(P521.Signing.PublicKey)
        case ed25519(Curve25519.Signing.PublicKey)
    }

    let kind: Kind

    init(_ kind: Kind) { self.kind = kind }

    package var family: KeyFamily {
        switch kind {
        case .rsa: .rsa
        case .p256: .p256
        case .p384: .p384
        case .p521: .p521
        case .ed25519: .ed25519
        }
    }

    /// A key in PEM (SubjectPublicKeyInfo), of any family.
    package init(pem: String) throws(JOSEError) {
        if let key = try? _RSA.Signing.PublicKey(pemRepresentation: pem) {
            guard (2048...8192).contains(key.keySizeInBits) else { throw .badKey }
            kind = .rsa(key)
        } else if let key = try? P256.Signing.PublicKey(pemRepresentation: pem) {
            kind = .p256(key)
        } else if let key = try? P384.Signing.PublicKey(pemRepresentation: pem) {
            kind = .p384(key)
        } else if let key = try? P521.Signing.PublicKey(pemRepresentation: pem) {
            kind = .p521(key)
        } else if let key = Self.ed25519(pem: pem) {
            kind = .ed25519(key)
        } else {
            throw .badKey
        }
    }

    /// The DER of an Ed25519 key is a fixed head and 32 bytes (RFC 8410 §4).
    private static func ed25519(pem: String) -> Curve25519.Signing.PublicKey? {
        let lines = pem.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("-----") }
        let head: [UInt8] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]
        guard let der = Base64Text.standard(lines.joined()), der.count == 44, der.starts(with: head) else { return nil }
        return try? Curve25519.Signing.PublicKey(rawRepresentation: Array(der.dropFirst(12)))
    }

    /// True when this key made the signature with this algorithm; false for an algorithm of another family.
    package func verifies(_ signature: [UInt8], of message: [UInt8], with algorithm: SignatureAlgorithm) -> Bool {
        guard algorithm.family == family else { return false }
        switch kind {
        case .rsa(let key): return Self.verify(signature, message, algorithm, key)
        case .p256(let key):
            guard let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            return key.isValidSignature(signature, for: SHA256.hash(data: message))
        case .p384(let key):
            guard let signature = try? P384.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            return key.isValidSignature(signature, for: SHA384.hash(data: message))
        case .p521(let key):
            guard let signature = try? P521.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            return key.isValidSignature(signature, for: SHA512.hash(data: message))
        case .ed25519(let key): return key.isValidSignature(signature, for: message)
        }
    }

    private static func verify(
        _ bytes: [UInt8], _ message: [UInt8], _ algorithm: SignatureAlgorithm, _ key: _RSA.Signing.PublicKey
    ) -> Bool {
        let signature = _RSA.Signing.RSASignature(rawRepresentation: bytes)
        let padding: _RSA.Signing.Padding = algorithm.isPSS ? .PSS : .insecurePKCS1v1_5
        return switch algorithm.digest {
        case .bits256: key.isValidSignature(signature, for: SHA256.hash(data: message), padding: padding)
        case .bits384: key.isValidSignature(signature, for: SHA384.hash(data: message), padding: padding)
        case .bits512: key.isValidSignature(signature, for: SHA512.hash(data: message), padding: padding)
        }
    }
}
