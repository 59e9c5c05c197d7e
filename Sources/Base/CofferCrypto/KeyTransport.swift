package import CofferBase

/// A key on its way between servers, as PKCS #11 has it (CKM_RSA_AES_KEY_WRAP): an AES key of its own under RSA-OAEP,
/// and behind it the key under that AES key.
package enum KeyTransport {
    /// Which layer could not be taken off.
    package enum Failure: Error, Sendable { case tooShort, outer, ephemeralLength, inner }

    private static let ephemeralLength = 32

    package static func wrap(
        _ secret: SecretBytes, for wrappingKey: AsymmetricKey, _ digest: Digest, random: RandomSource
    ) throws -> [UInt8] {
        let ephemeral = try SecretBytes(count: ephemeralLength, from: random)
        guard let inner = AESKeyWrap.wrap(secret, under: ephemeral) else { throw KeyError() }
        return try wrappingKey.encrypt(ephemeral.copyBytes(), .oaep(digest)) + inner
    }

    package static func unwrap(
        _ wrapped: [UInt8], with wrappingKey: AsymmetricKey, _ digest: Digest
    ) throws(Failure) -> SecretBytes {
        let outer = wrapped.prefix(wrappingKey.modulusLength)
        guard outer.count < wrapped.count else { throw .tooShort }
        var ephemeral: [UInt8]
        do {
            ephemeral = try wrappingKey.decrypt(Array(outer), .oaep(digest))
        } catch {
            throw .outer
        }
        defer { zero(&ephemeral) }
        guard ephemeral.count == ephemeralLength else { throw .ephemeralLength }
        let inner = Array(wrapped.dropFirst(outer.count))
        guard let secret = AESKeyWrap.unwrap(inner, under: SecretBytes(copying: ephemeral)) else { throw .inner }
        return secret
    }
}
