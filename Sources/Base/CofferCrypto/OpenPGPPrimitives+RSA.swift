internal import CCryptoBoringSSL

extension OpenPGPPrimitives {
    /// An RSA public key as big-endian numbers.
    package struct RSAKey: Sendable {
        package let modulus: [UInt8]
        package let exponent: [UInt8]

        package init(modulus: [UInt8], exponent: [UInt8]) {
            self.modulus = modulus
            self.exponent = exponent
        }
    }

    /// The public operation on a block as long as the modulus, padding included; nil for a key that cannot be used.
    package static func encrypt(block: [UInt8], for key: RSAKey) -> [UInt8]? {
        withRSA(key) { rsa in
            var encrypted = [UInt8](repeating: 0, count: Int(CCryptoBoringSSL_RSA_size(rsa)))
            var count = 0
            let result = CCryptoBoringSSL_RSA_encrypt(
                rsa, &count, &encrypted, encrypted.count, block, block.count, RSA_NO_PADDING)
            return result == 1 && count == encrypted.count ? encrypted : nil
        }
    }

    /// A PKCS #1 v1.5 signature over a digest.
    package static func verify(_ signature: [UInt8], of digest: [UInt8], kind: SignatureDigest, key: RSAKey) -> Bool {
        withRSA(key) { rsa in
            let length = Int(CCryptoBoringSSL_RSA_size(rsa))
            guard signature.count <= length else { return false }
            // As a number it may have lost zeros in front.
            let padded = [UInt8](repeating: 0, count: length - signature.count) + signature
            return CCryptoBoringSSL_RSA_verify(kind.nid, digest, digest.count, padded, padded.count, rsa) == 1
        } ?? false
    }

    /// The hash that a signature names in itself.
    package enum SignatureDigest: Sendable {
        case sha1, sha224, sha256, sha384, sha512

        fileprivate var nid: Int32 {
            switch self {
            case .sha1: NID_sha1
            case .sha224: NID_sha224
            case .sha256: NID_sha256
            case .sha384: NID_sha384
            case .sha512: NID_sha512
            }
        }
    }

    private static func withRSA<R>(_ key: RSAKey, _ body: (OpaquePointer) -> R?) -> R? {
        let modulus = CCryptoBoringSSL_BN_bin2bn(key.modulus, key.modulus.count, nil)
        let exponent = CCryptoBoringSSL_BN_bin2bn(key.exponent, key.exponent.count, nil)
        defer {
            CCryptoBoringSSL_BN_free(modulus)
            CCryptoBoringSSL_BN_free(exponent)
        }
        guard let rsa = CCryptoBoringSSL_RSA_new_public_key(modulus, exponent) else { return nil }
        defer { CCryptoBoringSSL_RSA_free(rsa) }
        return body(rsa)
    }
}
