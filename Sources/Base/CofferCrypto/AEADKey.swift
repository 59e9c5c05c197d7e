// The one place that calls BoringSSL below the Crypto module: an expanded key that is kept makes a seal or an
// open four times as fast, and the barrier does one of them for every entry it touches.
internal import CCryptoBoringSSL
package import CofferBase

/// Encryption or decryption failed; says nothing about why, so that nobody can probe for it.
package struct AEADError: Error, Sendable {
    package init() {}
}

/// AES-GCM with 12-byte nonces and 16-byte tags, for keys of 16, 24 or 32 bytes.
package struct AEADKey: Sendable {
    package static let nonceLength = 12
    package static let tagLength = 16

    /// An `EVP_AEAD_CTX`: locked and zeroed like any key, since the key can be computed from it.
    /// It holds no pointer to other memory, and BoringSSL lets many threads seal and open with one context.
    private let context: SecretBytes

    /// Nil for another key length.
    package init?(_ key: SecretBytes) {
        guard let cipher = Self.cipher(keyLength: key.count) else { return nil }
        var isReady = false
        context = SecretBytes(count: MemoryLayout<EVP_AEAD_CTX>.size) { memory in
            let context = memory.baseAddress?.assumingMemoryBound(to: EVP_AEAD_CTX.self)
            isReady = key.withUnsafeBytes { bytes in
                CCryptoBoringSSL_EVP_AEAD_CTX_init(
                    context, cipher, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count,
                    Self.tagLength, nil) == 1
            }
        }
        if !isReady { return nil }
    }

    /// Ciphertext ‖ tag.
    /// - Parameter nonce: 12 bytes that this key has never seen before.
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
        guard nonce.count == Self.nonceLength else { return nil }
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

    private static func cipher(keyLength: Int) -> OpaquePointer? {
        switch keyLength {
        case 16: CCryptoBoringSSL_EVP_aead_aes_128_gcm()
        case 24: CCryptoBoringSSL_EVP_aead_aes_192_gcm()
        case 32: CCryptoBoringSSL_EVP_aead_aes_256_gcm()
        default: nil
        }
    }
}
