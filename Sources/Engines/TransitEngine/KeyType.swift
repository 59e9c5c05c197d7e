internal import CofferCrypto
internal import CofferFramework
internal import CofferJSON

/// The types of keys, by their names on the wire, and what each can do.
enum KeyType: String, Sendable, CaseIterable, CustomStringConvertible {
    case aes128 = "aes128-gcm96"
    case aes256 = "aes256-gcm96"
    case chaCha20 = "chacha20-poly1305"
    case xChaCha20 = "xchacha20-poly1305"
    case p256 = "ecdsa-p256"
    case p384 = "ecdsa-p384"
    case p521 = "ecdsa-p521"
    case ed25519
    case rsa2048 = "rsa-2048"
    case rsa3072 = "rsa-3072"
    case rsa4096 = "rsa-4096"
    case hmac
    case cmac128 = "aes128-cmac"
    case cmac192 = "aes192-cmac"
    case cmac256 = "aes256-cmac"
    case mlDSA = "ml-dsa"

    var description: String { rawValue }

    /// The cipher of a symmetric encryption key.
    var cipher: AEADCipher? {
        switch self {
        case .aes128: .aes128GCM
        case .aes256: .aes256GCM
        case .chaCha20: .chaCha20Poly1305
        case .xChaCha20: .xChaCha20Poly1305
        default: nil
        }
    }

    /// The key pair that an asymmetric key is.
    var pair: AsymmetricKey.Kind? {
        switch self {
        case .p256: .p256
        case .p384: .p384
        case .p521: .p521
        case .ed25519: .ed25519
        case .rsa2048: .rsa(bits: 2048)
        case .rsa3072: .rsa(bits: 3072)
        case .rsa4096: .rsa(bits: 4096)
        default: nil
        }
    }

    /// Bytes of a secret key; nil for key pairs, and for HMAC, where it is a setting.
    var secretLength: Int? {
        switch self {
        case .cmac128: 16
        case .cmac192: 24
        case .cmac256: 32
        default: cipher?.keyLength
        }
    }

    var isRSA: Bool { self == .rsa2048 || self == .rsa3072 || self == .rsa4096 }
    var isCurve: Bool { self == .p256 || self == .p384 || self == .p521 }
    var isCMAC: Bool { self == .cmac128 || self == .cmac192 || self == .cmac256 }

    var supportsEncryption: Bool { cipher != nil || isRSA }
    var supportsSigning: Bool { pair != nil || self == .mlDSA }
    var supportsDerivation: Bool { cipher != nil || self == .ed25519 }
    /// Whether messages are hashed before they are signed.
    var hashesInput: Bool { isRSA || isCurve }
    /// Takes so long that it must not be done on a thread that others wait for.
    var isSlow: Bool { isRSA || self == .mlDSA }

    /// What a read calls each version of a key pair.
    var pairName: String {
        switch self {
        case .p256: "P-256"
        case .p384: "P-384"
        case .p521: "P-521"
        default: rawValue
        }
    }

    /// - Throws: the refusal of a name that no type has; managed keys would live in an HSM.
    init(named name: String) throws(EngineError) {
        if name == "managed_key" { throw TransitErrors.noManagedKeys }
        guard let type = KeyType(rawValue: name) else { throw TransitErrors.unknownType }
        self = type
    }
}

/// Only names that were checked are stored.
extension KeyType: FieldValue {
    static var fieldType: FieldType { .string }
    static var expectation: String { "a type of key" }

    init?(wire: JSON) {
        guard let name = wire.stringValue else { return nil }
        self.init(rawValue: name)
    }

    var wire: JSON { .string(rawValue) }
}
