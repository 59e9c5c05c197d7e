internal import CCryptoBoringSSL
package import CofferBase

/// Keys as DER: PKCS #8 and SubjectPublicKeyInfo for all kinds, the older forms that RSA and EC also have.
extension AsymmetricKey {
    /// The longest RSA modulus accepted from outside: the time of an operation grows with its cube.
    private static let largestRSA = 8192

    /// A PrivateKeyInfo (RFC 5958).
    package init(pkcs8 der: SecretBytes) throws(KeyError) {
        let key = der.withUnsafeBytes { Self.parse($0, CCryptoBoringSSL_EVP_parse_private_key) }
        try self.init(key, isPrivate: true)
        try checkSize()
    }

    /// A private key in any of the forms in which OpenSSL writes one without a password.
    package init(privateKey pem: PEM) throws(KeyError) {
        switch pem.label {
        case "PRIVATE KEY": try self.init(pkcs8: SecretBytes(copying: pem.der))
        case "RSA PRIVATE KEY":
            let rsa = pem.der.withUnsafeBytes {
                Self.parse($0, CCryptoBoringSSL_RSA_parse_private_key, free: { CCryptoBoringSSL_RSA_free($0) })
            }
            defer { CCryptoBoringSSL_RSA_free(rsa) }
            try self.init(rsa: rsa, isPrivate: true)
        case "EC PRIVATE KEY":
            let curveKey = pem.der.withUnsafeBytes {
                Self.parse(
                    $0, { CCryptoBoringSSL_EC_KEY_parse_private_key($0, nil) },
                    free: { CCryptoBoringSSL_EC_KEY_free($0) })
            }
            defer { CCryptoBoringSSL_EC_KEY_free(curveKey) }
            try self.init(curveKey: curveKey, isPrivate: true)
        default: throw KeyError()
        }
        try checkSize()
    }

    /// A SubjectPublicKeyInfo (RFC 5280).
    package init(publicKey der: [UInt8]) throws(KeyError) {
        let key = der.withUnsafeBytes { Self.parse($0, CCryptoBoringSSL_EVP_parse_public_key) }
        try self.init(key, isPrivate: false)
        try checkSize()
    }

    private func checkSize() throws(KeyError) {
        if case .rsa(let bits) = kind, bits > Self.largestRSA { throw KeyError() }
    }

    /// Nil when what follows the key is not nothing.
    private static func parse(
        _ der: UnsafeRawBufferPointer, _ parse: (UnsafeMutablePointer<CBS>?) -> OpaquePointer?,
        free: (OpaquePointer?) -> Void = { CCryptoBoringSSL_EVP_PKEY_free($0) }
    ) -> OpaquePointer? {
        var input = CBS()
        CCryptoBoringSSL_CBS_init(&input, der.baseAddress?.assumingMemoryBound(to: UInt8.self), der.count)
        let key = parse(&input)
        if CCryptoBoringSSL_CBS_len(&input) == 0 { return key }
        free(key)
        return nil
    }

    package func pkcs8() throws(KeyError) -> SecretBytes {
        guard isPrivate else { throw KeyError() }
        return try secret { CCryptoBoringSSL_EVP_marshal_private_key($0, pointer) }
    }

    /// An RSAPrivateKey (RFC 8017) or ECPrivateKey (RFC 5915).
    package func traditionalDER() throws(KeyError) -> SecretBytes {
        guard isPrivate else { throw KeyError() }
        if let rsa { return try secret { CCryptoBoringSSL_RSA_marshal_private_key($0, rsa) } }
        guard let curveKey else { throw KeyError() }
        return try secret { CCryptoBoringSSL_EC_KEY_marshal_private_key($0, curveKey, 0) }
    }

    package func publicDER() throws(KeyError) -> [UInt8] {
        try Self.marshal({ CCryptoBoringSSL_EVP_marshal_public_key($0, pointer) }) { Array($0) }
    }

    private func secret(_ write: (UnsafeMutablePointer<CBB>) -> Int32) throws(KeyError) -> SecretBytes {
        try Self.marshal(write) { SecretBytes(copying: $0) }
    }

    /// What `write` wrote; BoringSSL wipes its own copy when it is freed.
    static func marshal<R>(
        _ write: (UnsafeMutablePointer<CBB>) -> Int32, _ copy: (UnsafeBufferPointer<UInt8>) -> R
    ) throws(KeyError) -> R {
        var builder = CBB()
        var bytes: UnsafeMutablePointer<UInt8>?
        var count = 0
        guard CCryptoBoringSSL_CBB_init(&builder, 512) == 1, write(&builder) == 1,
            CCryptoBoringSSL_CBB_finish(&builder, &bytes, &count) == 1
        else {
            CCryptoBoringSSL_CBB_cleanup(&builder)
            CCryptoBoringSSL_ERR_clear_error()
            throw KeyError()
        }
        defer { CCryptoBoringSSL_OPENSSL_free(bytes) }
        return copy(UnsafeBufferPointer(start: bytes, count: count))
    }
}
