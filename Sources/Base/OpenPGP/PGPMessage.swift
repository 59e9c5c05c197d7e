internal import CofferBase
internal import CofferCrypto

/// The packets of one encrypted message: the session key for its reader, then the data.
struct PGPMessage {
    let cipher: PGPCipher
    let sessionKey: [UInt8]
    /// 16 random bytes.
    let prefix: [UInt8]

    func encoded(
        _ message: [UInt8], for key: PGPKeyPacket, random: RandomSource
    ) throws(PGPError) -> [UInt8] {
        PGPPacket.encode(PGPPacket.Tag.sessionKey, try sessionKeyBody(key, random))
            + PGPPacket.encode(PGPPacket.Tag.encryptedData, try dataBody(message))
    }

    // MARK: the session key (RFC 4880, 5.1)

    private func sessionKeyBody(_ key: PGPKeyPacket, _ random: RandomSource) throws(PGPError) -> [UInt8] {
        let sum = sessionKey.reduce(0 as UInt16) { $0 &+ UInt16($1) }
        var secret = [cipher.rawValue] + sessionKey
        secret.appendInteger(sum)
        defer { zero(&secret) }
        let head = [3] + key.identifier
        switch key.material {
        case .rsa(let rsa):
            var fields: [UInt8] = []
            fields.appendNumber(try Self.encrypt(secret, for: rsa, random))
            return head + [1] + fields
        case .ecdh(let agreement):
            return head + [18] + (try agreement.wrap(secret, fingerprint: key.fingerprint, random: random))
        case .ecdsa, .ed25519, .other: throw PGPError("the key has no valid part that can encrypt")
        }
    }

    /// EME-PKCS1-v1_5: zero, two, at least eight random bytes that are not zero, zero, the message.
    private static func encrypt(
        _ secret: [UInt8], for key: OpenPGPPrimitives.RSAKey, _ random: RandomSource
    ) throws(PGPError) -> [UInt8] {
        let length = key.modulus.count
        var block: [UInt8] = [0, 2]
        defer { zero(&block) }
        let filling = length - secret.count - 3
        guard filling >= 8 else { throw PGPError("the RSA key is too short") }
        do throws(RandomError) {
            while block.count < filling + 2 {
                for byte in try random.bytes(filling) where byte != 0 && block.count < filling + 2 {
                    block.append(byte)
                }
            }
        } catch {
            throw PGPError("no random bytes")
        }
        block.append(0)
        block += secret
        guard let encrypted = OpenPGPPrimitives.encrypt(block: block, for: key) else {
            throw PGPError("the RSA key cannot be used")
        }
        return encrypted
    }

    // MARK: the data (RFC 4880, 5.13)

    /// Random bytes of which the last two are repeated, the message as a literal packet, and a hash of all of it.
    private func dataBody(_ message: [UInt8]) throws(PGPError) -> [UInt8] {
        var plaintext = prefix + prefix.suffix(2)
        defer { zero(&plaintext) }
        // Binary, without a name and a date.
        plaintext += PGPPacket.encode(
            PGPPacket.Tag.literalData, [UInt8(ascii: "b"), 0, 0, 0, 0, 0] + message)
        plaintext += [0xc0 | PGPPacket.Tag.modificationCode, 20]
        plaintext += SHA1.hash(plaintext)
        guard let ciphertext = OpenPGPPrimitives.encryptCFB(plaintext, with: sessionKey) else {
            throw PGPError("the message cannot be encrypted")
        }
        return [1] + ciphertext
    }
}
