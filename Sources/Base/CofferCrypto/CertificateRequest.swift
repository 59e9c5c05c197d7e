internal import CCryptoBoringSSL

/// Certificate requests (RFC 2986) and what must be known of certificates that answer them.
package enum CertificateRequest {
    /// A request for the key, signed with it.
    /// - Parameter template: DER of a request whose subject and attributes it takes over; an empty one when nil.
    package static func make(_ key: AsymmetricKey, template: [UInt8]?) throws(KeyError) -> [UInt8] {
        let request: OpaquePointer?
        if let template {
            request = template.withUnsafeBufferPointer { bytes in
                var start = bytes.baseAddress
                return CCryptoBoringSSL_d2i_X509_REQ(nil, &start, bytes.count)
            }
        } else {
            request = CCryptoBoringSSL_X509_REQ_new()
        }
        defer { CCryptoBoringSSL_X509_REQ_free(request) }
        var der: UnsafeMutablePointer<UInt8>?
        guard request != nil, key.isPrivate, CCryptoBoringSSL_X509_REQ_set_version(request, 0) == 1,
            CCryptoBoringSSL_X509_REQ_set_pubkey(request, key.pointer) == 1,
            CCryptoBoringSSL_X509_REQ_sign(request, key.pointer, key.signatureDigest(nil)) > 0
        else {
            CCryptoBoringSSL_ERR_clear_error()
            throw KeyError()
        }
        let count = CCryptoBoringSSL_i2d_X509_REQ(request, &der)
        defer { CCryptoBoringSSL_OPENSSL_free(der) }
        guard count > 0 else { throw KeyError() }
        return Array(UnsafeBufferPointer(start: der, count: Int(count)))
    }
}

extension AsymmetricKey {
    /// The hash function of a signature in X.509: the wanted one, or what suits the key's strength. Nil for
    /// Ed25519, which brings its own.
    func signatureDigest(_ wanted: Digest?) -> OpaquePointer? {
        switch kind {
        case .ed25519: nil
        case .rsa, .p256: (wanted ?? .sha256).implementation
        case .p384: (wanted ?? .sha384).implementation
        case .p521: (wanted ?? .sha512).implementation
        }
    }
}

/// A certificate (RFC 5280), as far as matching it with a key needs.
package struct Certificate: Sendable {
    package let der: [UInt8]
    package let publicKey: AsymmetricKey
    /// Says of itself, in its basic constraints, that it may issue others.
    package let isAuthority: Bool

    package init(_ der: [UInt8]) throws(KeyError) {
        let certificate = Self.parsed(der)
        defer { CCryptoBoringSSL_X509_free(certificate) }
        guard certificate != nil else {
            CCryptoBoringSSL_ERR_clear_error()
            throw KeyError()
        }
        self.der = der
        publicKey = try AsymmetricKey(CCryptoBoringSSL_X509_get_pubkey(certificate), isPrivate: false)
        isAuthority = CCryptoBoringSSL_X509_get_extension_flags(certificate) & UInt32(EXFLAG_CA) != 0
    }
    /// Belongs to the caller.
    func parsed() -> OpaquePointer? { Self.parsed(der) }

    private static func parsed(_ der: [UInt8]) -> OpaquePointer? {
        der.withUnsafeBufferPointer { bytes in
            var start = bytes.baseAddress
            return CCryptoBoringSSL_d2i_X509(nil, &start, bytes.count)
        }
    }
}
