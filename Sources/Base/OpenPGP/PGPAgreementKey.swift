internal import CofferBase
internal import CofferCrypto

/// An ECDH key: a session key is wrapped under what an agreement with it gives (RFC 6637).
struct PGPAgreementKey {
    private let identifier: [UInt8]
    private let curve: PGPCurve
    /// As in the key: `0x40` and 32 bytes, or an uncompressed point.
    private let point: [UInt8]
    private let hash: PGPHash
    private let hashID: UInt8
    private let cipher: PGPCipher

    /// Nil for a curve, hash or cipher that is not supported.
    init?(_ reader: inout PGPReader) throws(PGPError) {
        identifier = try PGPKeyPacket.identifier(&reader)
        point = try reader.number()
        let parameters = Array(try reader.take(Int(try reader.byte())))
        guard parameters.count == 3, parameters[0] == 1 else { throw .malformed }
        guard let curve = PGPCurve(identifier), let hash = PGPHash(rawValue: parameters[1]), hash.isStrong,
            let cipher = PGPCipher(rawValue: parameters[2])
        else { return nil }
        (self.curve, self.hash, self.cipher) = (curve, hash, cipher)
        hashID = parameters[1]
    }

    /// The fields of a session key packet: the new point, and the wrapped key.
    func wrap(
        _ sessionKey: [UInt8], fingerprint: [UInt8], random: RandomSource
    ) throws(PGPError) -> [UInt8] {
        guard let (ephemeral, agreed) = try agree(random) else { throw PGPError("the key's point is not on its curve") }
        var secret = agreed
        defer { zero(&secret) }
        var key = derive(secret, fingerprint)
        defer { zero(&key) }
        let filling = 8 - sessionKey.count % 8
        var padded = sessionKey + [UInt8](repeating: UInt8(filling), count: filling)
        defer { zero(&padded) }
        guard let wrapped = OpenPGPPrimitives.wrap(padded, with: key) else {
            throw PGPError("the key cannot be wrapped")
        }
        var fields: [UInt8] = []
        fields.appendNumber(ephemeral)
        fields.append(UInt8(wrapped.count))
        return fields + wrapped
    }

    private func agree(_ random: RandomSource) throws(PGPError) -> (ephemeral: [UInt8], secret: [UInt8])? {
        do throws(RandomError) {
            switch curve {
            case .nist(let curve): return try OpenPGPPrimitives.agree(on: curve, peer: point, random: random)
            case .curve25519:
                guard point.count == 33, point[0] == 0x40 else { return nil }
                let peer = Array(point.dropFirst())
                guard let made = try OpenPGPPrimitives.agreeX25519(peer: peer, random: random) else { return nil }
                return ([0x40] + made.ephemeral, made.secret)
            }
        } catch {
            throw PGPError("no random bytes")
        }
    }

    /// The key that wraps (RFC 6637, 7): one round of a hash is longer than any of them.
    private func derive(_ secret: [UInt8], _ fingerprint: [UInt8]) -> [UInt8] {
        var input: [UInt8] = [0, 0, 0, 1]
        input += secret
        input.append(UInt8(identifier.count))
        input += identifier
        input += [18, 3, 1, hashID, cipher.rawValue]
        input += Array("Anonymous Sender    ".utf8)
        input += fingerprint
        defer { zero(&input) }
        return Array(hash.digest(input).prefix(cipher.keyLength))
    }
}
