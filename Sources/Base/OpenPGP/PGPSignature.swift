internal import CofferCrypto

/// A version 4 signature; what it says counts only when `verifies`.
struct PGPSignature {
    enum Kind {
        /// On a user id: generic, persona, casual, positive.
        static let certifications: ClosedRange<UInt8> = 0x10...0x13
        static let subkeyBinding: UInt8 = 0x18
        static let directKey: UInt8 = 0x1f
        static let keyRevocation: UInt8 = 0x20
        static let subkeyRevocation: UInt8 = 0x28
    }

    let kind: UInt8
    private(set) var creation: Int64 = 0
    /// Seconds after the key's creation; 0 for never.
    private(set) var keyLifetime: Int64 = 0
    private(set) var lifetime: Int64 = 0
    /// Nil when the signature says nothing of it.
    private(set) var flags: UInt8?
    private(set) var ciphers: [UInt8] = []
    /// The last eight bytes of the signer's fingerprint, when told.
    private(set) var issuer: [UInt8]?
    private let hash: PGPHash?
    /// From the version to the end of what is signed of it.
    private let signedPart: [UInt8]
    private let numbers: [[UInt8]]

    /// Nil for another version, which is passed over.
    init?(_ body: ArraySlice<UInt8>) throws(PGPError) {
        var reader = PGPReader(body)
        guard try reader.byte() == 4 else { return nil }
        kind = try reader.byte()
        _ = try reader.byte()
        hash = PGPHash(rawValue: try reader.byte())
        let hashed = try reader.take(try reader.integer(bytes: 2))
        signedPart = Array(body[body.startIndex..<hashed.endIndex])
        let unhashed = try reader.take(try reader.integer(bytes: 2))
        _ = try reader.take(2)
        var numbers: [[UInt8]] = []
        while !reader.isAtEnd, numbers.count < 2 { numbers.append(try reader.number()) }
        self.numbers = numbers
        try readSubpackets(hashed, areSigned: true)
        try readSubpackets(unhashed, areSigned: false)
    }

    private mutating func readSubpackets(_ bytes: ArraySlice<UInt8>, areSigned: Bool) throws(PGPError) {
        var reader = PGPReader(bytes)
        while !reader.isAtEnd {
            var packet = PGPReader(try reader.take(try reader.subpacketLength()))
            let type = try packet.byte() & 0x7f
            switch type {
            case 16: issuer = Array(packet.rest.suffix(8))
            case 33: issuer = Array(packet.rest.suffix(8))
            case 2 where areSigned: creation = Int64(try packet.integer(bytes: 4))
            case 3 where areSigned: lifetime = Int64(try packet.integer(bytes: 4))
            case 9 where areSigned: keyLifetime = Int64(try packet.integer(bytes: 4))
            case 11 where areSigned: ciphers = Array(packet.rest)
            case 27 where areSigned: flags = packet.rest.first ?? 0
            default: break
            }
        }
    }

    func isCurrent(at now: Int64) -> Bool { creation <= now && (lifetime == 0 || creation + lifetime > now) }

    /// Whether `key` made it over `message`, which stands before the signature's own part.
    func verifies(_ message: [UInt8], by key: PGPKeyPacket) -> Bool {
        guard let hash else { return false }
        var input = message + signedPart + [4, 0xff]
        input.appendInteger(UInt32(truncatingIfNeeded: signedPart.count))
        let digest = hash.digest(input)
        switch key.material {
        case .rsa(let key):
            guard let number = numbers.first else { return false }
            return OpenPGPPrimitives.verify(number, of: digest, kind: hash.signed, key: key)
        case .ecdsa(let curve, let point):
            guard numbers.count == 2 else { return false }
            return OpenPGPPrimitives.verify(r: numbers[0], s: numbers[1], of: digest, on: curve, point: point)
        case .ed25519(let key):
            guard numbers.count == 2, numbers.allSatisfy({ $0.count <= 32 }) else { return false }
            let signature = numbers.flatMap { [UInt8](repeating: 0, count: 32 - $0.count) + $0 }
            return OpenPGPPrimitives.verifyEd25519(signature, of: digest, key: key)
        case .ecdh, .other: return false
        }
    }
}
