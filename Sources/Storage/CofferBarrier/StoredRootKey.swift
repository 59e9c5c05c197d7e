package import CofferBase
package import CofferCrypto
internal import CofferJSON
package import CofferStorage

/// The root key, encrypted by the unseal key that the shares give.
///
/// Form: a protobuf message whose field 1 is nonce ‖ ciphertext ‖ tag over a JSON
/// list of base64 keys. The unseal key encrypts nothing else, so there is no path to bind.
package enum StoredRootKey {
    package static let path: StorageKey = "core/hsm/barrier-unseal-keys"

    /// - Parameter unsealKey: 16, 24 or 32 bytes.
    package static func seal(
        _ rootKey: SecretBytes, with unsealKey: SecretBytes, random: RandomSource
    ) throws(AEADError) -> [UInt8] {
        guard let aead = AEADKey(unsealKey), let nonce = try? random.bytes(AEADKey.nonceLength) else {
            throw AEADError()
        }
        var plaintext = list(rootKey).copyBytes()
        defer { zero(&plaintext) }
        var blob = nonce
        try aead.seal(plaintext, nonce: nonce[...], aad: [], into: &blob)
        var message = ProtobufMessage()
        message.add(1, blob)
        return message.encoded()
    }

    /// - Throws: when the key is another one or the entry was changed; which of the two, nobody learns.
    package static func open(_ stored: [UInt8], with unsealKey: SecretBytes) throws(AEADError) -> SecretBytes {
        guard let aead = AEADKey(unsealKey), let blob = ProtobufMessage(stored)?.bytes(1),
            blob.count >= AEADKey.nonceLength
        else { throw AEADError() }
        var plaintext = try aead.open(
            blob.dropFirst(AEADKey.nonceLength), nonce: blob.prefix(AEADKey.nonceLength), aad: [])
        defer { zero(&plaintext) }
        guard let root = key(inList: SecretBytes(copying: plaintext)) else { throw AEADError() }
        return root
    }

    /// What a seal encrypts: a list of one key.
    package static func list(_ rootKey: SecretBytes) -> SecretBytes {
        var root = rootKey.copyBytes()
        defer { zero(&root) }
        var text = JSON.strings([Base64.standard.encode(root)]).serialized()
        defer { zero(&text) }
        return SecretBytes(copying: text)
    }

    /// Nil when it is no such list.
    package static func key(inList list: SecretBytes) -> SecretBytes? {
        var text = list.copyBytes()
        defer { zero(&text) }
        guard let keys = try? JSON.parse(text).arrayValue,
            var root = keys.first?.stringValue.flatMap({ Base64.standard.decode($0) })
        else { return nil }
        defer { zero(&root) }
        return SecretBytes(copying: root)
    }
}
