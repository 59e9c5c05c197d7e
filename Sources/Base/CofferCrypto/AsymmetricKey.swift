internal import CCryptoBoringSSL
package import CofferBase

/// A key was refused, or an operation with one failed; says nothing about why, so that nobody can probe for it.
package struct KeyError: Error, Sendable {
    package init() {}
}

/// A key pair, or the public half of one: RSA, ECDSA on a NIST curve, or Ed25519.
package struct AsymmetricKey: Sendable {
    package enum Kind: Sendable, Hashable {
        case rsa(bits: Int), p256, p384, p521, ed25519
    }

    /// An `EVP_PKEY`, which BoringSSL lets many threads use as long as none changes it.
    private let object: ForeignObject
    package let kind: Kind
    /// False for a public key alone.
    package let isPrivate: Bool

    init(_ key: OpaquePointer?, isPrivate: Bool) throws(KeyError) {
        guard let key else {
            CCryptoBoringSSL_ERR_clear_error()
            throw KeyError()
        }
        object = ForeignObject(key) { CCryptoBoringSSL_EVP_PKEY_free($0) }
        guard let kind = Self.kind(of: key) else { throw KeyError() }
        self.kind = kind
        self.isPrivate = isPrivate
    }

    var pointer: OpaquePointer { object.pointer }
    var rsa: OpaquePointer? { CCryptoBoringSSL_EVP_PKEY_get0_RSA(pointer) }
    var curveKey: OpaquePointer? { CCryptoBoringSSL_EVP_PKEY_get0_EC_KEY(pointer) }

    private static func kind(of key: OpaquePointer) -> Kind? {
        switch CCryptoBoringSSL_EVP_PKEY_id(key) {
        case EVP_PKEY_RSA: return .rsa(bits: Int(CCryptoBoringSSL_EVP_PKEY_bits(key)))
        case EVP_PKEY_ED25519: return .ed25519
        case EVP_PKEY_EC:
            let group = CCryptoBoringSSL_EC_KEY_get0_group(CCryptoBoringSSL_EVP_PKEY_get0_EC_KEY(key))
            return [.p256, .p384, .p521].first { $0.curve == CCryptoBoringSSL_EC_GROUP_get_curve_name(group) }
        default: return nil
        }
    }

    // MARK: making

    /// A new key pair. RSA takes up to seconds: not on a thread that others wait for.
    package static func generate(_ kind: Kind, random: RandomSource) throws -> AsymmetricKey {
        switch kind {
        case .ed25519: return try AsymmetricKey(ed25519Seed: SecretBytes(count: 32, from: random))
        case .rsa(let bits): return try generateRSA(bits: bits)
        case .p256, .p384, .p521:
            let curveKey = CCryptoBoringSSL_EC_KEY_new_by_curve_name(kind.curve)
            defer { CCryptoBoringSSL_EC_KEY_free(curveKey) }
            guard CCryptoBoringSSL_EC_KEY_generate_key(curveKey) == 1 else { throw KeyError() }
            return try AsymmetricKey(curveKey: curveKey, isPrivate: true)
        }
    }

    private static func generateRSA(bits: Int) throws(KeyError) -> AsymmetricKey {
        let rsa = CCryptoBoringSSL_RSA_new()
        let exponent = CCryptoBoringSSL_BN_new()
        defer {
            CCryptoBoringSSL_RSA_free(rsa)
            CCryptoBoringSSL_BN_free(exponent)
        }
        guard CCryptoBoringSSL_BN_set_word(exponent, 65537) == 1,
            CCryptoBoringSSL_RSA_generate_key_ex(rsa, Int32(bits), exponent, nil) == 1
        else { throw KeyError() }
        return try AsymmetricKey(rsa: rsa, isPrivate: true)
    }

    init(rsa: OpaquePointer?, isPrivate: Bool) throws(KeyError) {
        let key = CCryptoBoringSSL_EVP_PKEY_new()
        guard rsa != nil, CCryptoBoringSSL_EVP_PKEY_set1_RSA(key, rsa) == 1 else {
            CCryptoBoringSSL_EVP_PKEY_free(key)
            CCryptoBoringSSL_ERR_clear_error()
            throw KeyError()
        }
        try self.init(key, isPrivate: isPrivate)
    }

    init(curveKey: OpaquePointer?, isPrivate: Bool) throws(KeyError) {
        let key = CCryptoBoringSSL_EVP_PKEY_new()
        guard curveKey != nil, CCryptoBoringSSL_EVP_PKEY_set1_EC_KEY(key, curveKey) == 1 else {
            CCryptoBoringSSL_EVP_PKEY_free(key)
            CCryptoBoringSSL_ERR_clear_error()
            throw KeyError()
        }
        try self.init(key, isPrivate: isPrivate)
    }

    /// The same public half?
    package func hasPublicKey(of other: AsymmetricKey) -> Bool {
        let isSame = CCryptoBoringSSL_EVP_PKEY_cmp(pointer, other.pointer) == 1
        CCryptoBoringSSL_ERR_clear_error()
        return isSame
    }
}

extension AsymmetricKey.Kind {
    /// OpenSSL's number of the curve; 0 for other kinds.
    var curve: Int32 {
        switch self {
        case .p256: NID_X9_62_prime256v1
        case .p384: NID_secp384r1
        case .p521: NID_secp521r1
        case .rsa, .ed25519: 0
        }
    }

    /// Bytes of one coordinate of the curve; 0 for other kinds.
    package var coordinateLength: Int {
        switch self {
        case .p256: 32
        case .p384: 48
        case .p521: 66
        case .rsa, .ed25519: 0
        }
    }
}
