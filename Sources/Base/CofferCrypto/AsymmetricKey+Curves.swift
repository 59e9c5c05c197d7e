internal import CCryptoBoringSSL
package import CofferBase

/// ECDSA (FIPS 186-5) and Ed25519 (RFC 8032).
extension AsymmetricKey {
    /// How the two numbers of an ECDSA signature are written down.
    package enum SignatureForm: Sendable {
        /// A SEQUENCE of two INTEGERs (X.509, OpenSSL).
        case der
        /// Both in fixed length, one behind the other (JWS).
        case fixed
    }

    /// A digest longer than the curve's order is cut, as FIPS 186-5 has it.
    package func signECDSA(_ digest: [UInt8], _ form: SignatureForm) throws(KeyError) -> [UInt8] {
        guard let curveKey, isPrivate else { throw KeyError() }
        switch form {
        case .der:
            var signature = [UInt8](repeating: 0, count: CCryptoBoringSSL_ECDSA_size(curveKey))
            var count: UInt32 = 0
            guard CCryptoBoringSSL_ECDSA_sign(0, digest, digest.count, &signature, &count, curveKey) == 1 else {
                throw KeyError()
            }
            return Array(signature.prefix(Int(count)))
        case .fixed:
            var signature = [UInt8](repeating: 0, count: CCryptoBoringSSL_ECDSA_size_p1363(curveKey))
            var count = 0
            guard
                CCryptoBoringSSL_ECDSA_sign_p1363(
                    digest, digest.count, &signature, &count, signature.count, curveKey) == 1
            else { throw KeyError() }
            return Array(signature.prefix(count))
        }
    }

    package func verifyECDSA(_ signature: [UInt8], _ digest: [UInt8], _ form: SignatureForm) -> Bool {
        guard let curveKey else { return false }
        defer { CCryptoBoringSSL_ERR_clear_error() }
        switch form {
        case .der:
            return CCryptoBoringSSL_ECDSA_verify(
                0, digest, digest.count, signature, signature.count, curveKey) == 1
        case .fixed:
            return CCryptoBoringSSL_ECDSA_verify_p1363(
                digest, digest.count, signature, signature.count, curveKey) == 1
        }
    }

    /// The key pair that belongs to a secret of 32 bytes.
    package init(ed25519Seed seed: SecretBytes) throws(KeyError) {
        let key = seed.withUnsafeBytes { bytes in
            CCryptoBoringSSL_EVP_PKEY_from_raw_private_key(
                CCryptoBoringSSL_EVP_pkey_ed25519(), bytes.baseAddress?.assumingMemoryBound(to: UInt8.self),
                bytes.count)
        }
        try self.init(key, isPrivate: true)
    }

    package init(ed25519PublicKey bytes: [UInt8]) throws(KeyError) {
        try self.init(
            CCryptoBoringSSL_EVP_PKEY_from_raw_public_key(CCryptoBoringSSL_EVP_pkey_ed25519(), bytes, bytes.count),
            isPrivate: false)
    }

    /// 32 bytes; nil for other kinds.
    package var ed25519PublicKey: [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 32)
        var count = 32
        let isRead = CCryptoBoringSSL_EVP_PKEY_get_raw_public_key(pointer, &bytes, &count) == 1
        return isRead && kind == .ed25519 ? bytes : nil
    }

    /// 32 bytes; nil for other kinds and for a public key alone.
    package var ed25519Seed: SecretBytes? {
        guard kind == .ed25519, isPrivate else { return nil }
        var isRead = false
        let seed = SecretBytes(count: 32) { target in
            var count = 32
            isRead =
                CCryptoBoringSSL_EVP_PKEY_get_raw_private_key(
                    pointer, target.baseAddress?.assumingMemoryBound(to: UInt8.self), &count) == 1
        }
        return isRead ? seed : nil
    }

    /// 64 bytes, over the message itself.
    package func signEd25519(_ message: [UInt8]) throws(KeyError) -> [UInt8] {
        guard kind == .ed25519, isPrivate else { throw KeyError() }
        let context = CCryptoBoringSSL_EVP_MD_CTX_new()
        defer { CCryptoBoringSSL_EVP_MD_CTX_free(context) }
        var signature = [UInt8](repeating: 0, count: 64)
        var count = 64
        guard CCryptoBoringSSL_EVP_DigestSignInit(context, nil, nil, nil, pointer) == 1,
            CCryptoBoringSSL_EVP_DigestSign(context, &signature, &count, message, message.count) == 1
        else { throw KeyError() }
        return signature
    }

    package func verifyEd25519(_ signature: [UInt8], _ message: [UInt8]) -> Bool {
        guard signature.count == 64, let key = ed25519PublicKey else { return false }
        defer { CCryptoBoringSSL_ERR_clear_error() }
        return CCryptoBoringSSL_ED25519_verify(message, message.count, signature, key) == 1
    }
}
