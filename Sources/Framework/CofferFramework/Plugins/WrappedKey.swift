internal import CofferBase

/// A key that a seal has encrypted, with what it needs to decrypt it.
///
/// Encoded as the family stores it (the message `BlobInfo` of Vault's wrapping library), so that a stored key
/// can move between the two.
package struct WrappedKey: Sendable, Equatable {
    package var ciphertext: [UInt8]
    /// Empty where the ciphertext brings it along.
    package var nonce: [UInt8] = []
    package var mac: [UInt8] = []
    /// What a number means is the seal's matter.
    package var mechanism: UInt64 = 0
    package var macMechanism: UInt64 = 0
    /// Names the key, or its version, at the service.
    package var keyID = ""
    package var macKeyID = ""
    /// A key drawn for this one encryption, encrypted by the service; empty where the service encrypts directly.
    package var dataKey: [UInt8] = []
    /// `AutoSeal.identity` of the seal, and the name the configuration gives it; empty in records of other servers.
    package var identity = ""
    package var sealName = ""

    package init(ciphertext: [UInt8]) { self.ciphertext = ciphertext }

    // Far above what others use in these messages.
    private static let identityField = 1901
    private static let sealNameField = 1902

    package func encoded() -> [UInt8] {
        var info = ProtobufMessage()
        info.add(1, mechanism)
        info.add(2, macMechanism)
        info.add(3, keyID)
        info.add(4, macKeyID)
        info.add(5, dataKey)
        var message = ProtobufMessage()
        message.add(1, ciphertext)
        message.add(2, nonce)
        message.add(3, mac)
        message.add(5, info.encoded())
        message.add(Self.identityField, identity)
        message.add(Self.sealNameField, sealName)
        return message.encoded()
    }

    /// Nil when malformed.
    package init?(encoded bytes: some Collection<UInt8>) {
        guard let message = ProtobufMessage(bytes), let ciphertext = message.bytes(1),
            let info = ProtobufMessage(message.bytes(5) ?? [])
        else { return nil }
        func text(_ bytes: [UInt8]?) -> String { String(decoding: bytes ?? [], as: UTF8.self) }
        self.init(ciphertext: ciphertext)
        nonce = message.bytes(2) ?? []
        mac = message.bytes(3) ?? []
        mechanism = info.number(1) ?? 0
        macMechanism = info.number(2) ?? 0
        keyID = text(info.bytes(3))
        macKeyID = text(info.bytes(4))
        dataKey = info.bytes(5) ?? []
        identity = text(message.bytes(Self.identityField))
        sealName = text(message.bytes(Self.sealNameField))
    }
}
