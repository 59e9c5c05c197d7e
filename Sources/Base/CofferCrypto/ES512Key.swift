package import CofferBase
internal import Crypto

/// A key that signs as JWS ES512 does: ECDSA on P-521 with SHA-512 (RFC 7518, 3.4).
package struct ES512Key: Sendable {
    private let key: P521.Signing.PrivateKey

    /// From the 66 bytes of `rawRepresentation`; nil when they are no key.
    package init?(rawRepresentation bytes: [UInt8]) {
        guard let key = try? P521.Signing.PrivateKey(rawRepresentation: bytes) else { return nil }
        self.key = key
    }

    package var rawRepresentation: [UInt8] { Array(key.rawRepresentation) }

    /// The bytes of a new key.
    package static func draw(_ random: RandomSource) throws(RandomError) -> [UInt8] {
        while true {
            // The curve's order has 521 bits: nearly every draw below 2^521 is a key.
            var bytes = try random.bytes(66)
            bytes[0] &= 1
            if ES512Key(rawRepresentation: bytes) != nil { return bytes }
        }
    }

    /// 132 bytes: r and s; nil when the signature could not be made.
    package func sign(_ message: [UInt8]) -> [UInt8]? {
        (try? key.signature(for: message)).map { Array($0.rawRepresentation) }
    }

    package func verify(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        guard let signature = try? P521.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
        return key.publicKey.isValidSignature(signature, for: message)
    }

    /// The public key, `-----BEGIN PUBLIC KEY-----`.
    package var publicPEM: String { key.publicKey.pemRepresentation }
}
