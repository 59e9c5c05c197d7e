internal import CofferBase
internal import Crypto
internal import Glibc

/// An authority and a server's certificate, P-256: for development, and between the nodes of a cluster.
///
/// Written in DER by hand (RFC 5280, X.690): a whole library for two certificates would be too much.
struct DevCertificates {
    let authority: String
    let certificate: String
    let key: String

    /// - Parameter lifetime: from now on.
    init(
        names: [String], now: Timestamp, random: RandomSource, lifetime: Duration = .seconds(30 * 86_400)
    ) throws {
        let end = now + lifetime
        let (authorityKey, serverKey) = (try Self.key(random), try Self.key(random))
        let alternatives = ["localhost", "127.0.0.1", "::1"] + names
        let authority = try Self.sign(
            Self.body(
                subject: "Coffer dev authority", serial: try random.bytes(16), now: now, end: end,
                key: authorityKey.publicKey,
                extensions: [
                    Self.extension([0x55, 0x1d, 0x13], isCritical: true, DER.sequence([DER.true])),
                    // keyCertSign and cRLSign
                    Self.extension([0x55, 0x1d, 0x0f], isCritical: true, [0x03, 0x02, 0x01, 0x06]),
                ]), authorityKey)
        let leaf = try Self.sign(
            Self.body(
                subject: "localhost", serial: try random.bytes(16), now: now, end: end, key: serverKey.publicKey,
                extensions: [
                    // digitalSignature; serverAuth and clientAuth
                    Self.extension([0x55, 0x1d, 0x0f], isCritical: true, [0x03, 0x02, 0x07, 0x80]),
                    Self.extension(
                        [0x55, 0x1d, 0x25], isCritical: false,
                        DER.sequence([
                            DER.object([0x2b, 6, 1, 5, 5, 7, 3, 1]), DER.object([0x2b, 6, 1, 5, 5, 7, 3, 2]),
                        ])),
                    Self.extension(
                        [0x55, 0x1d, 0x11], isCritical: false, DER.sequence(alternatives.map(Self.alternativeName))),
                ]), authorityKey)
        self.authority = Self.pem(authority)
        certificate = Self.pem(leaf)
        key = serverKey.pemRepresentation + "\n"
    }

    private static func key(_ random: RandomSource) throws -> P256.Signing.PrivateKey {
        while true {
            // Nearly every 32 bytes are a key.
            if let key = try? P256.Signing.PrivateKey(rawRepresentation: try random.bytes(32)) { return key }
        }
    }

    /// ecdsa-with-SHA256
    private static let algorithm = DER.sequence([DER.object([0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2])])

    private static func body(
        subject: String, serial: [UInt8], now: Timestamp, end: Timestamp, key: P256.Signing.PublicKey,
        extensions: [[UInt8]]
    ) -> [UInt8] {
        DER.sequence([
            DER.value(0xa0, [0x02, 0x01, 0x02]), DER.value(0x02, [0x01] + serial), algorithm,
            name("Coffer dev authority"),
            DER.sequence([time(now + .seconds(-3600)), time(end)]), name(subject),
            Array(key.derRepresentation), DER.value(0xa3, DER.sequence(extensions)),
        ])
    }

    private static func sign(_ body: [UInt8], _ key: P256.Signing.PrivateKey) throws -> [UInt8] {
        let signature = Array(try key.signature(for: body).derRepresentation)
        return DER.sequence([body, algorithm, DER.value(0x03, [0] + signature)])
    }

    /// A name of one part, the common name.
    private static func name(_ text: String) -> [UInt8] {
        DER.sequence([DER.value(0x31, DER.sequence([DER.object([0x55, 4, 3]), DER.value(0x0c, Array(text.utf8))]))])
    }

    private static func time(_ time: Timestamp) -> [UInt8] {
        DER.value(0x18, Array(time.rfc3339.utf8.prefix(19).filter { (48...57).contains($0) }) + [UInt8(ascii: "Z")])
    }

    private static func `extension`(_ object: [UInt8], isCritical: Bool, _ content: [UInt8]) -> [UInt8] {
        DER.sequence([DER.object(object)] + (isCritical ? [DER.true] : []) + [DER.value(0x04, content)])
    }

    private static func alternativeName(_ text: String) -> [UInt8] {
        for (family, length) in [(AF_INET, 4), (AF_INET6, 16)] {
            var address = [UInt8](repeating: 0, count: 16)
            if inet_pton(family, text, &address) == 1 { return DER.value(0x87, Array(address.prefix(length))) }
        }
        return DER.value(0x82, Array(text.utf8))
    }

    private static func pem(_ bytes: [UInt8]) -> String {
        var text = Base64.standard.encode(bytes)[...]
        var lines = ["-----BEGIN CERTIFICATE-----"]
        while !text.isEmpty {
            lines.append(String(text.prefix(64)))
            text = text.dropFirst(64)
        }
        return (lines + ["-----END CERTIFICATE-----", ""]).joined(separator: "\n")
    }
}

/// Values of X.690, as far as certificates need them.
private enum DER {
    static let `true`: [UInt8] = [0x01, 0x01, 0xff]

    static func value(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        let count = content.count
        let length: [UInt8] =
            count < 0x80
            ? [UInt8(count)] : count < 0x100 ? [0x81, UInt8(count)] : [0x82, UInt8(count >> 8), UInt8(count & 255)]
        return [tag] + length + content
    }

    static func sequence(_ parts: [[UInt8]]) -> [UInt8] { value(0x30, parts.flatMap { $0 }) }
    static func object(_ bytes: [UInt8]) -> [UInt8] { value(0x06, bytes) }
}
