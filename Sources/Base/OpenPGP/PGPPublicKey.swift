package import CofferBase
internal import CofferCrypto

/// A person's public key, and messages for its owner as GnuPG reads them.
///
/// From RFC 4880 and RFC 6637: version 4 keys with RSA, Curve25519 or a curve of NIST; messages with an
/// integrity check (SEIPD version 1) under AES.
package struct PGPPublicKey: Sendable {
    /// 20 bytes: of the primary key, as people compare it.
    package let fingerprint: [UInt8]
    private let certificate: [UInt8]

    /// In lower-case hexadecimal.
    package var fingerprintText: String { Hex.encode(fingerprint) }

    /// - Parameters:
    ///   - text: base64 of the packets, or ASCII armour.
    ///   - now: keys that were revoked or have expired by then are refused.
    package init(text: String, at now: Timestamp) throws(PGPError) {
        let trimmed = Self.trimmed(text)
        if PGPArmor.isArmored(trimmed) {
            try self.init(packets: try PGPArmor.decode(trimmed), at: now)
        } else {
            guard let bytes = Base64.standard.decode(trimmed) else { throw PGPError("the key is not base64") }
            // What people make of an armoured file with `base64`.
            if let inner = String(validating: bytes, as: UTF8.self), PGPArmor.isArmored(inner) {
                try self.init(packets: try PGPArmor.decode(inner), at: now)
            } else {
                try self.init(packets: bytes, at: now)
            }
        }
    }

    package init(packets: [UInt8], at now: Timestamp) throws(PGPError) {
        let parsed = try PGPCertificate(packets)
        _ = try parsed.recipient(at: now.seconds)
        fingerprint = parsed.primary.fingerprint
        certificate = packets
    }

    /// An encrypted message: binary packets.
    package func encrypt(_ message: [UInt8], at now: Timestamp, random: RandomSource) throws(PGPError) -> [UInt8] {
        let recipient = try PGPCertificate(certificate).recipient(at: now.seconds)
        let cipher = recipient.ciphers.lazy.compactMap { PGPCipher(rawValue: $0) }.first ?? .aes256
        var (sessionKey, prefix) = try Self.draw(cipher.keyLength, random)
        defer {
            zero(&sessionKey)
            zero(&prefix)
        }
        return try PGPMessage(cipher: cipher, sessionKey: sessionKey, prefix: prefix)
            .encoded(message, for: recipient.key, random: random)
    }

    private static func draw(_ count: Int, _ random: RandomSource) throws(PGPError) -> ([UInt8], prefix: [UInt8]) {
        do throws(RandomError) {
            return (try random.bytes(count), try random.bytes(16))
        } catch {
            throw PGPError("no random bytes")
        }
    }

    private static func trimmed(_ text: String) -> String {
        var text = text[...]
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
