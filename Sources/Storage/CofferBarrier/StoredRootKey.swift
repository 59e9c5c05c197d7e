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
        var root = rootKey.copyBytes()
        defer { zero(&root) }
        var plaintext = JSON.strings([Base64.standard.encode(root)]).serialized()
        defer { zero(&plaintext) }
        var blob = nonce
        try aead.seal(plaintext, nonce: nonce[...], aad: [], into: &blob)
        return Protobuf.message(field1: blob)
    }

    /// - Throws: when the key is another one or the entry was changed; which of the two, nobody learns.
    package static func open(_ stored: [UInt8], with unsealKey: SecretBytes) throws(AEADError) -> SecretBytes {
        guard let aead = AEADKey(unsealKey), let blob = Protobuf.field1(of: stored),
            blob.count >= AEADKey.nonceLength
        else { throw AEADError() }
        var plaintext = try aead.open(
            blob.dropFirst(AEADKey.nonceLength), nonce: blob.prefix(AEADKey.nonceLength), aad: [])
        defer { zero(&plaintext) }
        guard let keys = try? JSON.parse(plaintext).arrayValue,
            var root = keys.first?.stringValue.flatMap({ Base64.standard.decode($0) })
        else { throw AEADError() }
        defer { zero(&root) }
        return SecretBytes(copying: root)
    }
}

/// As much of the protobuf encoding as one message with a byte field needs.
private enum Protobuf {
    static func message(field1 bytes: [UInt8]) -> [UInt8] {
        // Field 1, length-delimited.
        var message: [UInt8] = [0x0a]
        var length = bytes.count
        while length > 0x7f {
            message.append(UInt8(length & 0x7f) | 0x80)
            length >>= 7
        }
        message.append(UInt8(length))
        return message + bytes
    }

    /// The last field 1 of a message, other fields passed over; nil when malformed or absent.
    static func field1(of message: [UInt8]) -> ArraySlice<UInt8>? {
        var rest = message[...]
        var found: ArraySlice<UInt8>?
        while !rest.isEmpty {
            guard let tag = varint(&rest), let value = value(wireType: tag & 7, &rest) else { return nil }
            if tag == 0x0a { found = value }
        }
        return found
    }

    private static func value(wireType: UInt64, _ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        switch wireType {
        case 0: varint(&rest).map { _ in [] }
        case 1: take(8, &rest)
        case 2: varint(&rest).flatMap { take($0, &rest) }
        case 5: take(4, &rest)
        default: nil
        }
    }

    private static func take(_ count: UInt64, _ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard count <= UInt64(rest.count) else { return nil }
        defer { rest = rest.dropFirst(Int(count)) }
        return rest.prefix(Int(count))
    }

    private static func varint(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: 0 as UInt64, to: 63, by: 7) {
            guard let byte = rest.popFirst() else { return nil }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }
}
