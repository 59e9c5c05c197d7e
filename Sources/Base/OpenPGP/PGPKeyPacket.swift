internal import CofferBase
internal import CofferCrypto

/// A public key or subkey: what it can do, and the bytes that are signed and hashed.
struct PGPKeyPacket {
    enum Material {
        case rsa(OpenPGPPrimitives.RSAKey)
        case ecdh(PGPAgreementKey)
        case ecdsa(OpenPGPPrimitives.Curve, point: [UInt8])
        case ed25519([UInt8])
        /// An algorithm that nothing here can use, such as DSA.
        case other
    }

    let body: [UInt8]
    let creation: Int64
    let material: Material

    /// - Throws: for versions other than 4, and for bytes that are no key.
    init(_ body: ArraySlice<UInt8>) throws(PGPError) {
        self.body = Array(body)
        var reader = PGPReader(body)
        let version = try reader.byte()
        guard version == 4 else { throw PGPError("only version 4 keys are supported, not version \(version)") }
        // The hash of a longer one would not fit its length field.
        guard body.count <= 0xffff else { throw .malformed }
        creation = Int64(try reader.integer(bytes: 4))
        material = try Self.material(try reader.byte(), &reader)
    }

    /// Of a version 4 key: SHA-1 over its packet (RFC 4880, 12.2).
    var fingerprint: [UInt8] { SHA1.hash(signedForm) }

    var identifier: [UInt8] { Array(fingerprint.suffix(8)) }

    /// As signatures and fingerprints see it.
    var signedForm: [UInt8] {
        var form: [UInt8] = [0x99]
        form.appendInteger(UInt16(truncatingIfNeeded: body.count))
        return form + body
    }

    /// Whether a session key can be encrypted for it.
    var canEncrypt: Bool {
        switch material {
        case .rsa, .ecdh: true
        case .ecdsa, .ed25519, .other: false
        }
    }

    private static func material(_ algorithm: UInt8, _ reader: inout PGPReader) throws(PGPError) -> Material {
        switch algorithm {
        // 1 does both; 2 only encrypts and 3 only signs, which their key flags tell as well.
        case 1, 2, 3: return .rsa(try rsa(&reader))
        case 18: return try PGPAgreementKey(&reader).map { .ecdh($0) } ?? .other
        case 19:
            guard let curve = PGPCurve(try identifier(&reader)), case .nist(let curve) = curve else { return .other }
            return .ecdsa(curve, point: try reader.number())
        case 22:
            guard try identifier(&reader) == PGPCurve.ed25519 else { return .other }
            let point = try reader.number()
            guard point.count == 33, point[0] == 0x40 else { throw .malformed }
            return .ed25519(Array(point.dropFirst()))
        default: return .other
        }
    }

    private static func rsa(_ reader: inout PGPReader) throws(PGPError) -> OpenPGPPrimitives.RSAKey {
        let (modulus, exponent) = (try reader.number(), try reader.number())
        let bits = modulus.count * 8 - (modulus.first?.leadingZeroBitCount ?? 0)
        guard (2048...8192).contains(bits) else {
            throw PGPError("RSA keys must have 2048 to 8192 bits; this one has \(bits)")
        }
        guard let last = exponent.last, last & 1 == 1, exponent.count <= 4 else { throw .malformed }
        return OpenPGPPrimitives.RSAKey(modulus: modulus, exponent: exponent)
    }

    static func identifier(_ reader: inout PGPReader) throws(PGPError) -> [UInt8] {
        Array(try reader.take(Int(try reader.byte())))
    }
}

/// Curves that a key can be on, by their object identifiers.
enum PGPCurve {
    case nist(OpenPGPPrimitives.Curve)
    case curve25519

    static let ed25519: [UInt8] = [0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x0f, 0x01]

    init?(_ identifier: [UInt8]) {
        switch identifier {
        case [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07]: self = .nist(.p256)
        case [0x2b, 0x81, 0x04, 0x00, 0x22]: self = .nist(.p384)
        case [0x2b, 0x81, 0x04, 0x00, 0x23]: self = .nist(.p521)
        case [0x2b, 0x06, 0x01, 0x04, 0x01, 0x97, 0x55, 0x01, 0x05, 0x01]: self = .curve25519
        default: return nil
        }
    }
}
