/// A public key with its user ids, subkeys and the signatures that bind them (RFC 4880, 11.1).
///
/// The fingerprint that people compare names the primary key only. So nothing counts that this key did not
/// sign: a subkey that someone slipped into the file would otherwise read what is encrypted.
struct PGPCertificate {
    /// Of keys in the wild the largest have some hundred KiB, most of them signatures of others.
    static let maximumSize = 512 << 10
    private static let maximumPackets = 4000
    /// Each costs some 50 µs.
    private static let maximumSignatures = 200

    private struct Part {
        var key: PGPKeyPacket?
        /// What a signature of this part is made over.
        var signedForm: [UInt8]
        var signatures: [PGPSignature] = []
    }

    let primary: PGPKeyPacket
    private let parts: [Part]

    init(_ bytes: [UInt8]) throws(PGPError) {
        guard bytes.count <= Self.maximumSize else { throw PGPError("the key is larger than 512 KiB") }
        var reader = PGPReader(bytes[...])
        guard let first = try reader.packet() else { throw PGPError("no key was given") }
        if first.tag == PGPPacket.Tag.keyPair { throw PGPError("this is a private key; give the public one") }
        guard first.tag == PGPPacket.Tag.publicKey else { throw .malformed }
        primary = try PGPKeyPacket(first.body)
        var parts = [Part(key: primary, signedForm: primary.signedForm)]
        var count = 0
        while let packet = try reader.packet(), packet.tag != PGPPacket.Tag.publicKey {
            count += 1
            guard count <= Self.maximumPackets else { throw PGPError("the key has too many parts") }
            try Self.add(packet, to: &parts, of: primary)
        }
        self.parts = parts
    }

    private static func add(
        _ packet: PGPPacket, to parts: inout [Part], of primary: PGPKeyPacket
    ) throws(PGPError) {
        switch packet.tag {
        case PGPPacket.Tag.signature:
            guard let signature = try PGPSignature(packet.body) else { return }
            // Of others, or not ours to judge: telling them apart before verifying keeps keys with many cheap.
            if let issuer = signature.issuer, issuer != primary.identifier { return }
            parts[parts.count - 1].signatures.append(signature)
        case PGPPacket.Tag.userID: parts.append(Part(signedForm: userForm(0xb4, packet.body, primary)))
        case PGPPacket.Tag.userAttribute: parts.append(Part(signedForm: userForm(0xd1, packet.body, primary)))
        case PGPPacket.Tag.publicSubkey:
            // A kind that is not known is no reason to refuse the whole key.
            let key = try? PGPKeyPacket(packet.body)
            parts.append(Part(key: key, signedForm: primary.signedForm + (key?.signedForm ?? [])))
        case PGPPacket.Tag.subkeyPair: throw PGPError("this is a private key; give the public one")
        default: break
        }
    }

    private static func userForm(_ mark: UInt8, _ body: ArraySlice<UInt8>, _ primary: PGPKeyPacket) -> [UInt8] {
        var form = primary.signedForm + [mark]
        form.appendInteger(UInt32(truncatingIfNeeded: body.count))
        return form + body
    }

    /// What to encrypt for.
    struct Recipient {
        let key: PGPKeyPacket
        /// The ciphers its owner prefers, best first.
        let ciphers: [UInt8]
    }

    /// The newest subkey that may encrypt, else the primary key.
    /// - Parameter now: seconds since 1970.
    func recipient(at now: Int64) throws(PGPError) -> Recipient {
        var budget = Self.maximumSignatures
        let own = try self.own(at: now, &budget)
        var best: PGPKeyPacket?
        for part in parts.dropFirst() {
            guard let key = part.key, key.canEncrypt, key.creation <= now, key.creation > best?.creation ?? -1,
                let binding = Self.newest(PGPSignature.Kind.subkeyBinding...PGPSignature.Kind.subkeyBinding, part, now),
                Self.allows(binding.flags), !Self.isExpired(key, binding, now), budget > 0
            else { continue }
            budget -= 1
            guard binding.verifies(part.signedForm, by: primary),
                !isRevoked(part, PGPSignature.Kind.subkeyRevocation, &budget)
            else { continue }
            best = key
        }
        if let best { return Recipient(key: best, ciphers: own.ciphers) }
        guard primary.canEncrypt, Self.allows(own.flags) else {
            throw PGPError("the key has no valid part that can encrypt")
        }
        return Recipient(key: primary, ciphers: own.ciphers)
    }

    /// The newest signature by which the primary key speaks of itself.
    private func own(at now: Int64, _ budget: inout Int) throws(PGPError) -> PGPSignature {
        if isRevoked(parts[0], PGPSignature.Kind.keyRevocation, &budget) { throw PGPError("the key was revoked") }
        let direct = PGPSignature.Kind.directKey...PGPSignature.Kind.directKey
        var candidates: [(PGPSignature, [UInt8])] = []
        for (index, part) in parts.enumerated() where index == 0 || part.key == nil {
            let kinds = index == 0 ? direct : PGPSignature.Kind.certifications
            candidates += part.signatures.filter { kinds.contains($0.kind) && $0.isCurrent(at: now) }
                .map { ($0, part.signedForm) }
        }
        // User ids say more than a direct signature, which some programs make with nothing in it.
        candidates.sort { ($0.0.flags == nil ? 0 : 1, $0.0.creation) > ($1.0.flags == nil ? 0 : 1, $1.0.creation) }
        for (signature, form) in candidates where budget > 0 {
            budget -= 1
            guard signature.verifies(form, by: primary) else { continue }
            if Self.isExpired(primary, signature, now) { throw PGPError("the key has expired") }
            return signature
        }
        throw PGPError("the key has no valid signature of its own")
    }

    private func isRevoked(_ part: Part, _ kind: UInt8, _ budget: inout Int) -> Bool {
        for signature in part.signatures where signature.kind == kind && budget > 0 {
            budget -= 1
            if signature.verifies(part.signedForm, by: primary) { return true }
        }
        return false
    }

    private static func newest(_ kinds: ClosedRange<UInt8>, _ part: Part, _ now: Int64) -> PGPSignature? {
        part.signatures.filter { kinds.contains($0.kind) && $0.isCurrent(at: now) }
            .max { $0.creation < $1.creation }
    }

    /// Of communication or of storage.
    private static func allows(_ flags: UInt8?) -> Bool { flags.map { $0 & 0x0c != 0 } ?? true }

    private static func isExpired(_ key: PGPKeyPacket, _ signature: PGPSignature, _ now: Int64) -> Bool {
        signature.keyLifetime != 0 && key.creation + signature.keyLifetime <= now
    }
}
