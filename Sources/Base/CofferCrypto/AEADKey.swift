// The one place that calls BoringSSL below the Crypto module: an expanded key that is kept makes a seal or an
// open four times as fast, and the barrier does one of them for every entry it touches.
internal import CCryptoBoringSSL
package import CofferBase

/// Encryption or decryption failed; says nothing about why, so that nobody can probe for it.
package struct AEADError: Error, Sendable {
    package init() {}
}

/// An authenticated cipher with tags of 16 bytes.
package enum AEADCipher: Sendable {
    case aes128GCM, aes192GCM, aes256GCM, chaCha20Poly1305, xChaCha20Poly1305

    package var nonceLength: Int { self == .xChaCha20Poly1305 ? 24 : 12 }

    package var keyLength: Int {
        switch self {
        case .aes128GCM: 16
        case .aes192GCM: 24
        case .aes256GCM, .chaCha20Poly1305, .xChaCha20Poly1305: 32
        }
    }

    fileprivate var implementation: OpaquePointer? {
        switch self {
        case .aes128GCM: CCryptoBoringSSL_EVP_aead_aes_128_gcm()
        case .aes192GCM: CCryptoBoringSSL_EVP_aead_aes_192_gcm()
        case .aes256GCM: CCryptoBoringSSL_EVP_aead_aes_256_gcm()
        case .chaCha20Poly1305: CCryptoBoringSSL_EVP_aead_chacha20_poly1305()
        case .xChaCha20Poly1305: CCryptoBoringSSL_EVP_aead_xchacha20_poly1305()
        }
    }
}

/// A key of an authenticated cipher, AES-GCM unless said otherwise.
package struct AEADKey: Sendable {
    /// Of AES-GCM.
    package static let nonceLength = 12
    package static let tagLength = 16

    package let cipher: AEADCipher

    /// An `EVP_AEAD_CTX`: locked and zeroed like any key, since the key can be computed from it.
    /// It holds no pointer to other memory, and BoringSSL lets many threads seal and open with one context.
    private let context: SecretBytes

    /// AES-GCM with a key of 16, 24 or 32 bytes; nil for another length.
    package init?(_ key: SecretBytes) {
        switch key.count {
        case 16: self.init(.aes128GCM, key)
        case 24: self.init(.aes192GCM, key)
        case 32: self.init(.aes256GCM, key)
        default: return nil
        }
    }

    /// Nil for a key of the wrong length.
    package init?(_ cipher: AEADCipher, _ key: SecretBytes) {
        self.cipher = cipher
        guard key.count == cipher.keyLength else { return nil }
        var isReady = false
        context = SecretBytes(count: MemoryLayout<EVP_AEAD_CTX>.size) { memory in
            let context = memory.baseAddress?.assumingMemoryBound(to: EVP_AEAD_CTX.self)
            isReady = key.withUnsafeBytes { bytes in
                CCryptoBoringSSL_EVP_AEAD_CTX_init(
                    context, cipher.implementation, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count,
                    Self.tagLength, nil) == 1
            }
        }
        if !isReady { return nil }
    }

    /// Ciphertext ‖ tag.
    /// - Parameter nonce: `cipher.nonceLength` bytes that this key has never seen before.
    package func seal(
        _ plaintext: [UInt8], nonce: ArraySlice<UInt8>, aad: [UInt8]
    ) throws(AEADError) -> [UInt8] {
        var sealed: [UInt8] = []
        try seal(plaintext, nonce: nonce, aad: aad, into: &sealed)
        return sealed
    }

    /// Appends ciphertext ‖ tag to `output`, which is left as it was when this throws.
    package func seal(
        _ plaintext: [UInt8], nonce: ArraySlice<UInt8>, aad: [UInt8], into output: inout [UInt8]
    ) throws(AEADError) {
        let start = output.count
        output.append(contentsOf: repeatElement(0, count: plaintext.count + Self.tagLength))
        let written = output.withUnsafeMutableBufferPointer { whole in
            let target = UnsafeMutableBufferPointer(rebasing: whole[start...])
            return run(CCryptoBoringSSL_EVP_AEAD_CTX_seal, plaintext[...], nonce, aad, target)
        }
        if written == plaintext.count + Self.tagLength { return }
        output.removeSubrange(start...)
        throw AEADError()
    }

    /// The plaintext of ciphertext ‖ tag, when key, nonce and `aad` are those it was sealed with.
    package func open(
        _ sealed: ArraySlice<UInt8>, nonce: ArraySlice<UInt8>, aad: [UInt8]
    ) throws(AEADError) -> [UInt8] {
        guard sealed.count >= Self.tagLength else { throw AEADError() }
        var isAuthentic = false
        let plaintext = [UInt8](unsafeUninitializedCapacity: sealed.count - Self.tagLength) { target, count in
            let written = run(CCryptoBoringSSL_EVP_AEAD_CTX_open, sealed, nonce, aad, target)
            isAuthentic = written != nil
            count = written ?? 0
        }
        guard isAuthentic else { throw AEADError() }
        return plaintext
    }

    private typealias Operation = (
        UnsafePointer<EVP_AEAD_CTX>?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<Int>?, Int,
        UnsafePointer<UInt8>?, Int, UnsafePointer<UInt8>?, Int, UnsafePointer<UInt8>?, Int
    ) -> Int32

    /// Seals or opens; how many bytes it wrote, or nil when it failed.
    private func run(
        _ operation: Operation, _ input: ArraySlice<UInt8>, _ nonce: ArraySlice<UInt8>, _ aad: [UInt8],
        _ target: UnsafeMutableBufferPointer<UInt8>
    ) -> Int? {
        // BoringSSL would take any length and hash it, which the format does not allow for.
        guard nonce.count == cipher.nonceLength else { return nil }
        var written = 0
        let result = context.withUnsafeBytes { context in
            input.withUnsafeBufferPointer { input in
                nonce.withUnsafeBufferPointer { nonce in
                    aad.withUnsafeBufferPointer { aad in
                        operation(
                            context.baseAddress?.assumingMemoryBound(to: EVP_AEAD_CTX.self),
                            target.baseAddress, &written, target.count, nonce.baseAddress, nonce.count,
                            input.baseAddress, input.count, aad.baseAddress, aad.count)
                    }
                }
            }
        }
        return result == 1 ? written : nil
    }
}
