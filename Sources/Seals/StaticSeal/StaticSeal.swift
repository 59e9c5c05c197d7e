package import CofferBase
internal import CofferCrypto
package import CofferFramework

/// A seal whose key is a file or a variable beside the configuration.
///
/// It protects what is stored from everybody who has the storage and not this machine. To replace the key, the
/// old one stays as the previous key until the server has wrapped its root key anew.
package struct StaticSeal: AutoSeal {
    package static let kind = SealKind(
        type: "static", keys: ["current_key", "current_key_id", "previous_key", "previous_key_id"]
    ) { settings throws(SealFailure) in try StaticSeal(settings) }

    private struct Key: Sendable {
        let id: String
        let aead: AEADKey
    }

    private let current: Key
    private let previous: Key?
    private let random: RandomSource

    package init(_ settings: SealSettings) throws(SealFailure) {
        random = settings.random
        let current = try Self.key(
            "current_key", settings.value("current_key", over: "BAO_STATIC_SEAL_CURRENT_KEY"),
            settings.value("current_key_id", over: "BAO_STATIC_SEAL_CURRENT_KEY_ID"), settings.environment)
        guard let current else { throw SealFailure(.invalid, "current_key and current_key_id are required") }
        self.current = current
        previous = try Self.key(
            "previous_key", settings.value("previous_key", over: "BAO_STATIC_SEAL_PREVIOUS_KEY"),
            settings.value("previous_key_id", over: "BAO_STATIC_SEAL_PREVIOUS_KEY_ID"), settings.environment)
        if previous?.id == current.id {
            throw SealFailure(.invalid, "current_key_id and previous_key_id must differ")
        }
    }

    package var identity: String { "static:" + current.id }

    package func wrap(_ key: SecretBytes) async throws(SealFailure) -> WrappedKey {
        guard let nonce = try? random.bytes(AEADKey.nonceLength) else {
            throw SealFailure(.invalid, "the operating system gave no random bytes")
        }
        var plaintext = key.copyBytes()
        defer { zero(&plaintext) }
        var ciphertext = nonce
        do throws(AEADError) {
            try current.aead.seal(plaintext, nonce: nonce[...], aad: [], into: &ciphertext)
        } catch {
            throw SealFailure(.invalid, "the key could not be encrypted")
        }
        var wrapped = WrappedKey(ciphertext: ciphertext)
        wrapped.keyID = current.id
        return wrapped
    }

    package func unwrap(_ wrapped: WrappedKey) async throws(SealFailure) -> SecretBytes {
        for key in [current, previous].compactMap({ $0 }) where key.id == wrapped.keyID {
            guard wrapped.ciphertext.count >= AEADKey.nonceLength,
                var plaintext = try? key.aead.open(
                    wrapped.ciphertext.dropFirst(AEADKey.nonceLength),
                    nonce: wrapped.ciphertext.prefix(AEADKey.nonceLength), aad: [])
            else { throw SealFailure(.wrongKey, "the key of this id is not the one that wrapped") }
            defer { zero(&plaintext) }
            return SecretBytes(copying: plaintext)
        }
        throw SealFailure(.wrongKey, "neither current_key_id nor previous_key_id is the id of the key that wrapped")
    }

    package func isStale(_ wrapped: WrappedKey) -> Bool { wrapped.keyID != current.id }

    /// Nil when neither key nor id is given.
    private static func key(
        _ name: String, _ text: String?, _ id: String?, _ environment: [String: String]
    ) throws(SealFailure) -> Key? {
        if text == nil && id == nil { return nil }
        guard let text, let id else { throw SealFailure(.invalid, "\(name) and \(name)_id must be given together") }
        guard let aead = AEADKey(.aes256GCM, try KeyText.read(text, name, environment)) else {
            throw SealFailure(.invalid, "\(name) must be 32 bytes")
        }
        return Key(id: id, aead: aead)
    }
}
