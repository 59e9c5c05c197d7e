internal import CCryptoBoringSSL
package import CofferBase

extension Digest {
    /// HMAC (RFC 2104) with any of the hash functions.
    package func authenticate(_ message: [UInt8], key: SecretBytes) -> [UInt8] {
        var block = key.copyBytes()
        if block.count > blockLength { block = hash(block) }
        block.append(contentsOf: repeatElement(0, count: blockLength - block.count))
        var inner = block.map { $0 ^ 0x36 }
        var outer = block.map { $0 ^ 0x5c }
        defer {
            zero(&block)
            zero(&inner)
            zero(&outer)
        }
        inner.append(contentsOf: message)
        outer.append(contentsOf: hash(inner))
        return hash(outer)
    }
}

package enum CMAC {
    package static let length = 16

    /// AES-CMAC (NIST SP 800-38B), 16 bytes; nil unless the key has 16, 24 or 32.
    package static func authenticate(_ message: [UInt8], key: SecretBytes) -> [UInt8]? {
        let cipher: OpaquePointer?
        switch key.count {
        case 16: cipher = CCryptoBoringSSL_EVP_aes_128_cbc()
        case 24: cipher = CCryptoBoringSSL_EVP_aes_192_cbc()
        case 32: cipher = CCryptoBoringSSL_EVP_aes_256_cbc()
        default: return nil
        }
        let context = CCryptoBoringSSL_CMAC_CTX_new()
        defer { CCryptoBoringSSL_CMAC_CTX_free(context) }
        let isReady = key.withUnsafeBytes { bytes in
            CCryptoBoringSSL_CMAC_Init(context, bytes.baseAddress, bytes.count, cipher, nil) == 1
        }
        guard isReady, CCryptoBoringSSL_CMAC_Update(context, message, message.count) == 1 else { return nil }
        var code = [UInt8](repeating: 0, count: length)
        var written = 0
        guard CCryptoBoringSSL_CMAC_Final(context, &code, &written) == 1 else { return nil }
        return code
    }
}

package enum HKDF {
    /// HKDF-SHA256 (RFC 5869); at most 8,160 bytes.
    package static func derive(
        _ count: Int, from key: SecretBytes, salt: [UInt8] = [], info: [UInt8]
    ) -> SecretBytes? {
        var isDerived = false
        let derived = SecretBytes(count: count) { target in
            isDerived = key.withUnsafeBytes { key in
                CCryptoBoringSSL_HKDF(
                    target.baseAddress?.assumingMemoryBound(to: UInt8.self), count, CCryptoBoringSSL_EVP_sha256(),
                    key.baseAddress?.assumingMemoryBound(to: UInt8.self), key.count, salt, salt.count, info,
                    info.count) == 1
            }
        }
        return isDerived ? derived : nil
    }
}
