internal import CCryptoBoringSSL
package import CofferBase

/// AES key wrap with padding (RFC 5649), the inner layer of keys that travel under an RSA key.
package enum AESKeyWrap {
    /// Nil unless the wrapping key has 16, 24 or 32 bytes and the secret at least one.
    package static func wrap(_ secret: SecretBytes, under key: SecretBytes) -> [UInt8]? {
        guard let schedule = schedule(key, CCryptoBoringSSL_AES_set_encrypt_key) else { return nil }
        var wrapped = [UInt8](repeating: 0, count: secret.count + 15)
        var written = 0
        let isWrapped = schedule.withUnsafeBytes { schedule in
            secret.withUnsafeBytes { secret in
                CCryptoBoringSSL_AES_wrap_key_padded(
                    schedule.baseAddress?.assumingMemoryBound(to: AES_KEY.self), &wrapped, &written, wrapped.count,
                    secret.baseAddress?.assumingMemoryBound(to: UInt8.self), secret.count) == 1
            }
        }
        return isWrapped ? Array(wrapped.prefix(written)) : nil
    }

    /// Nil when the wrapped key was made under another key, or changed.
    package static func unwrap(_ wrapped: [UInt8], under key: SecretBytes) -> SecretBytes? {
        guard let schedule = schedule(key, CCryptoBoringSSL_AES_set_decrypt_key) else { return nil }
        var secret = [UInt8](repeating: 0, count: wrapped.count)
        defer { zero(&secret) }
        var written = 0
        let isOpen = schedule.withUnsafeBytes { schedule in
            CCryptoBoringSSL_AES_unwrap_key_padded(
                schedule.baseAddress?.assumingMemoryBound(to: AES_KEY.self), &secret, &written, secret.count,
                wrapped, wrapped.count) == 1
        }
        return isOpen ? SecretBytes(copying: secret.prefix(written)) : nil
    }

    private static func schedule(
        _ key: SecretBytes,
        _ expand: (UnsafePointer<UInt8>?, UInt32, UnsafeMutablePointer<AES_KEY>?) -> Int32
    ) -> SecretBytes? {
        guard [16, 24, 32].contains(key.count) else { return nil }
        var isReady = false
        let schedule = SecretBytes(count: MemoryLayout<AES_KEY>.size) { memory in
            isReady = key.withUnsafeBytes { bytes in
                expand(
                    bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(8 * bytes.count),
                    memory.baseAddress?.assumingMemoryBound(to: AES_KEY.self)) == 0
            }
        }
        return isReady ? schedule : nil
    }
}
