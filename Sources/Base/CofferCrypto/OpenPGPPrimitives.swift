internal import CCryptoBoringSSL
package import CofferBase

/// What OpenPGP needs beside AES-GCM and hashes. Randomness is the caller's, never BoringSSL's own.
package enum OpenPGPPrimitives {
    /// RFC 3394 key wrap.
    /// - Parameters:
    ///   - key: 16, 24 or 32 bytes.
    ///   - plaintext: a multiple of 8, at least 16 bytes.
    package static func wrap(_ plaintext: [UInt8], with key: [UInt8]) -> [UInt8]? {
        guard plaintext.count >= 16, plaintext.count % 8 == 0 else { return nil }
        return withKey(key) { schedule in
            var wrapped = [UInt8](repeating: 0, count: plaintext.count + 8)
            let written = CCryptoBoringSSL_AES_wrap_key(schedule, nil, &wrapped, plaintext, plaintext.count)
            return written == Int32(wrapped.count) ? wrapped : nil
        }
    }

    /// AES in CFB mode with full blocks and an initialisation vector of zeros (RFC 4880, 5.13).
    package static func encryptCFB(_ plaintext: [UInt8], with key: [UInt8]) -> [UInt8]? {
        withKey(key) { schedule in
            var vector = [UInt8](repeating: 0, count: 16)
            var place: Int32 = 0
            var ciphertext = [UInt8](repeating: 0, count: plaintext.count)
            CCryptoBoringSSL_AES_cfb128_encrypt(
                plaintext, &ciphertext, plaintext.count, schedule, &vector, &place, AES_ENCRYPT)
            return ciphertext
        }
    }

    private static func withKey(_ key: [UInt8], _ body: (UnsafePointer<AES_KEY>) -> [UInt8]?) -> [UInt8]? {
        guard [16, 24, 32].contains(key.count) else { return nil }
        var schedule = AES_KEY()
        defer { withUnsafeMutableBytes(of: &schedule) { CCryptoBoringSSL_OPENSSL_cleanse($0.baseAddress, $0.count) } }
        guard CCryptoBoringSSL_AES_set_encrypt_key(key, UInt32(key.count * 8), &schedule) == 0 else { return nil }
        return withUnsafePointer(to: schedule) { body($0) }
    }

    // MARK: Curve25519

    /// An agreement with `peer` (32 bytes) under a new key: that key's public half, and the shared secret.
    /// Nil when the peer's key is a point of small order.
    package static func agreeX25519(
        peer: [UInt8], random: RandomSource
    ) throws(RandomError) -> (ephemeral: [UInt8], secret: [UInt8])? {
        guard peer.count == 32 else { return nil }
        var own = try random.bytes(32)
        defer { zero(&own) }
        var ephemeral = [UInt8](repeating: 0, count: 32)
        var secret = [UInt8](repeating: 0, count: 32)
        CCryptoBoringSSL_X25519_public_from_private(&ephemeral, own)
        guard CCryptoBoringSSL_X25519(&secret, own, peer) == 1 else { return nil }
        return (ephemeral, secret)
    }

    /// - Parameters:
    ///   - key: 32 bytes.
    ///   - signature: 64 bytes.
    package static func verifyEd25519(_ signature: [UInt8], of message: [UInt8], key: [UInt8]) -> Bool {
        guard key.count == 32, signature.count == 64 else { return false }
        return CCryptoBoringSSL_ED25519_verify(message, message.count, signature, key) == 1
    }
}
