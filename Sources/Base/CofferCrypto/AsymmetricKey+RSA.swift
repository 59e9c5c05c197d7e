internal import CCryptoBoringSSL
package import CofferBase

/// RSA (RFC 8017).
extension AsymmetricKey {
    /// How a message is padded before it is encrypted; the two ends must agree.
    package enum EncryptionPadding: Sendable { case oaep(Digest), pkcs1v15 }

    /// The salt of a PSS signature.
    package enum SaltLength: Sendable, Equatable {
        /// As long as fits when signing; found out when verifying.
        case auto
        /// As long as the digest.
        case digest
        case bytes(Int)
    }

    /// Bytes of a signature or ciphertext; 0 for other kinds.
    package var modulusLength: Int {
        if case .rsa(let bits) = kind { (bits + 7) / 8 } else { 0 }
    }

    // MARK: signatures

    /// PKCS #1 v1.5 over a digest; with no hash function named, over the bytes as they are.
    package func signPKCS1(_ digest: [UInt8], _ function: Digest?) throws(KeyError) -> [UInt8] {
        let encoded = try Self.digestInfo(digest, function)
        return try transform(encoded, RSA_PKCS1_PADDING, CCryptoBoringSSL_RSA_sign_raw)
    }

    package func verifyPKCS1(_ signature: [UInt8], _ digest: [UInt8], _ function: Digest?) -> Bool {
        do {
            let encoded = try transform(signature, RSA_PKCS1_PADDING, CCryptoBoringSSL_RSA_verify_raw)
            return constantTimeEqual(encoded, try Self.digestInfo(digest, function))
        } catch {
            return false
        }
    }

    package func signPSS(
        _ digest: [UInt8], _ function: Digest, salt length: SaltLength, random: RandomSource
    ) throws -> [UInt8] {
        guard case .rsa(let bits) = kind else { throw KeyError() }
        let encoding = PSS(function, modulusBits: bits)
        guard digest.count == function.length, let count = encoding.saltLength(length) else { throw KeyError() }
        let encoded = encoding.encode(digest, salt: try random.bytes(count))
        let padding = [UInt8](repeating: 0, count: modulusLength - encoded.count)
        return try transform(padding + encoded, RSA_NO_PADDING, CCryptoBoringSSL_RSA_sign_raw)
    }

    package func verifyPSS(
        _ signature: [UInt8], _ digest: [UInt8], _ function: Digest, salt length: SaltLength
    ) -> Bool {
        guard case .rsa(let bits) = kind, digest.count == function.length, signature.count == modulusLength,
            let encoded = try? transform(signature, RSA_NO_PADDING, CCryptoBoringSSL_RSA_verify_raw)
        else { return false }
        return PSS(function, modulusBits: bits).isValid(encoded, digest, salt: length)
    }

    private typealias Transform = (
        OpaquePointer?, UnsafeMutablePointer<Int>?, UnsafeMutablePointer<UInt8>?, Int, UnsafePointer<UInt8>?, Int,
        Int32
    ) -> Int32

    private func transform(_ input: [UInt8], _ padding: Int32, _ function: Transform) throws(KeyError) -> [UInt8] {
        guard let rsa else { throw KeyError() }
        var output = [UInt8](repeating: 0, count: modulusLength)
        var written = 0
        guard function(rsa, &written, &output, output.count, input, input.count, padding) == 1 else {
            CCryptoBoringSSL_ERR_clear_error()
            throw KeyError()
        }
        return Array(output.prefix(written))
    }

    /// DigestInfo (RFC 8017, section 9.2, note 1): every algorithm's name has a fixed encoding.
    private static func digestInfo(_ digest: [UInt8], _ function: Digest?) throws(KeyError) -> [UInt8] {
        guard let function else { return digest }
        guard digest.count == function.length else { throw KeyError() }
        let name = function.objectIdentifier
        let algorithm = [0x30, UInt8(name.count + 4), 0x06, UInt8(name.count)] + name + [0x05, 0x00]
        let value = algorithm + [0x04, UInt8(digest.count)] + digest
        return [0x30, UInt8(value.count)] + value
    }

    // MARK: encryption

    package func encrypt(_ plaintext: [UInt8], _ padding: EncryptionPadding) throws(KeyError) -> [UInt8] {
        try crypt(plaintext, padding, CCryptoBoringSSL_EVP_PKEY_encrypt_init, CCryptoBoringSSL_EVP_PKEY_encrypt)
    }

    package func decrypt(_ ciphertext: [UInt8], _ padding: EncryptionPadding) throws(KeyError) -> [UInt8] {
        guard isPrivate else { throw KeyError() }
        return try crypt(
            ciphertext, padding, CCryptoBoringSSL_EVP_PKEY_decrypt_init, CCryptoBoringSSL_EVP_PKEY_decrypt)
    }

    private func crypt(
        _ input: [UInt8], _ padding: EncryptionPadding, _ start: (OpaquePointer?) -> Int32,
        _ finish: (
            OpaquePointer?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<Int>?, UnsafePointer<UInt8>?, Int
        ) -> Int32
    ) throws(KeyError) -> [UInt8] {
        guard rsa != nil else { throw KeyError() }
        let context = CCryptoBoringSSL_EVP_PKEY_CTX_new(pointer, nil)
        defer { CCryptoBoringSSL_EVP_PKEY_CTX_free(context) }
        var output = [UInt8](repeating: 0, count: modulusLength)
        defer { zero(&output) }
        var written = output.count
        guard start(context) == 1, Self.set(padding, context),
            finish(context, &output, &written, input, input.count) == 1
        else {
            CCryptoBoringSSL_ERR_clear_error()
            throw KeyError()
        }
        return Array(output.prefix(written))
    }

    private static func set(_ padding: EncryptionPadding, _ context: OpaquePointer?) -> Bool {
        switch padding {
        case .pkcs1v15: return CCryptoBoringSSL_EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1
        case .oaep(let digest):
            guard let function = digest.implementation else { return false }
            return CCryptoBoringSSL_EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1
                && CCryptoBoringSSL_EVP_PKEY_CTX_set_rsa_oaep_md(context, function) == 1
                && CCryptoBoringSSL_EVP_PKEY_CTX_set_rsa_mgf1_md(context, function) == 1
        }
    }
}

extension Digest {
    /// BoringSSL's own; nil for SHA-3.
    var implementation: OpaquePointer? {
        switch self {
        case .sha1: CCryptoBoringSSL_EVP_sha1()
        case .sha224: CCryptoBoringSSL_EVP_sha224()
        case .sha256: CCryptoBoringSSL_EVP_sha256()
        case .sha384: CCryptoBoringSSL_EVP_sha384()
        case .sha512: CCryptoBoringSSL_EVP_sha512()
        case .sha3With224, .sha3With256, .sha3With384, .sha3With512: nil
        }
    }

    /// DER contents of the algorithm's name.
    fileprivate var objectIdentifier: [UInt8] {
        // All but SHA-1 are members of one family of NIST: 2.16.840.1.101.3.4.2.
        let family: [UInt8] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02]
        return switch self {
        case .sha1: [0x2b, 0x0e, 0x03, 0x02, 0x1a]
        case .sha256: family + [1]
        case .sha384: family + [2]
        case .sha512: family + [3]
        case .sha224: family + [4]
        case .sha3With224: family + [7]
        case .sha3With256: family + [8]
        case .sha3With384: family + [9]
        case .sha3With512: family + [10]
        }
    }
}
