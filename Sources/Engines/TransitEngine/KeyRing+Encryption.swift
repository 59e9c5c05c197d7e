internal import CofferBase
internal import CofferCrypto
internal import CofferFramework

/// What an encryption or decryption depends on beside the key.
struct CipherOptions: Sendable {
    var context: [UInt8] = []
    var associatedData: [UInt8] = []
    var padding = AsymmetricKey.EncryptionPadding.oaep(.sha256)

    /// - Parameters:
    ///   - padding: the name of the scheme; nil when not given.
    ///   - index: the item's place in its list, for errors.
    init(_ item: CipherItem, padding name: String?, _ type: KeyType, index: Int) throws(EngineError) {
        // A nonce of the caller's choice would break the cipher of every key that this server makes
        // (CVE-2023-4680).
        guard item.nonce.isEmpty else { throw TransitErrors.nonceNotAllowed }
        if !item.context.isEmpty { context = try decodeBase64(item.context) }
        if !item.associatedData.isEmpty {
            guard type.cipher != nil else { throw TransitErrors.noAssociatedData(type, item: index) }
            associatedData = try decodeBase64(item.associatedData)
        }
        if let name { padding = try Self.padding(name, type) }
    }

    private static func padding(_ name: String, _ type: KeyType) throws(EngineError) -> AsymmetricKey.EncryptionPadding
    {
        guard name == "oaep" || name == "pkcs1v15" else {
            throw TransitErrors.paddingScheme("unknown padding scheme")
        }
        guard type.isRSA else {
            throw TransitErrors.paddingScheme("unsupported key type \(type) for padding scheme")
        }
        return name == "oaep" ? .oaep(.sha256) : .pkcs1v15
    }
}

extension KeyRing {
    /// - Parameter number: of the version, as `number(wanted:for:)` gave it.
    /// - Returns: the text that decrypts.
    func encrypt(
        _ plaintext: [UInt8], _ number: Int64, _ options: CipherOptions, _ random: RandomSource
    ) throws -> String {
        let version = try version(number)
        let sealed: [UInt8]
        switch version.material {
        case .secret(let secret, let ready):
            guard let cipher = type.cipher else { throw TransitErrors.noEncryption(type) }
            sealed =
                if let ready {
                    try Self.seal(plaintext, ready, random.bytes(cipher.nonceLength), options.associatedData)
                } else {
                    try sealDerived(plaintext, cipher, secret, version.convergence, options, random)
                }
        case .pair(let pair) where type.isRSA:
            do {
                sealed = try pair.encrypt(plaintext, options.padding)
            } catch {
                throw TransitErrors.rsaEncryption
            }
        case .pair, .lattice: throw TransitErrors.noEncryption(type)
        }
        return VersionedText.make(number, Base64.standard.encode(sealed))
    }

    func decrypt(_ ciphertext: String, _ options: CipherOptions) throws -> [UInt8] {
        guard type.supportsEncryption else { throw TransitErrors.noDecryption(type) }
        let text = try VersionedText(ciphertext, "ciphertext")
        let version = try version(of: text, "ciphertext")
        guard let sealed = try? GoBase64.decode(text.body) else { throw TransitErrors.ciphertextBase64 }
        switch version.material {
        case .secret(let secret, let ready):
            guard let cipher = type.cipher else { throw TransitErrors.noDecryption(type) }
            if key.isConvergent, version.convergence < 2 { throw TransitErrors.oldConvergence }
            let opener = try ready ?? Self.cipherKey(cipher, derived(secret, cipher.keyLength, options.context))
            return try open(sealed, opener, options.associatedData)
        case .pair(let pair):
            guard pair.isPrivate else { throw TransitErrors.noPrivateKeyToDecrypt }
            do {
                return try pair.decrypt(sealed, options.padding)
            } catch {
                throw TransitErrors.rsaDecryption
            }
        case .lattice: throw TransitErrors.noDecryption(type)
        }
    }

    /// With a key of the context's own. In convergent encryption the nonce is a MAC of the plaintext, so that
    /// equal plaintexts have equal ciphertexts: its key is derived too (version 3), or is the context (version 2).
    private func sealDerived(
        _ plaintext: [UInt8], _ cipher: AEADCipher, _ secret: SecretBytes, _ convergence: Int64,
        _ options: CipherOptions, _ random: RandomSource
    ) throws -> [UInt8] {
        if key.isConvergent, convergence < 2 { throw TransitErrors.oldConvergence }
        let hasNonceKey = key.isConvergent && convergence > 2
        let derived = try derived(secret, cipher.keyLength + (hasNonceKey ? 32 : 0), options.context)
        let cipherKey = try Self.cipherKey(cipher, derived.part(0..<cipher.keyLength))
        guard key.isConvergent else {
            return try Self.seal(plaintext, cipherKey, random.bytes(cipher.nonceLength), options.associatedData)
        }
        let nonceKey =
            hasNonceKey
            ? derived.part(cipher.keyLength..<derived.count) : SecretBytes(copying: options.context)
        let nonce = Digest.sha256.authenticate(plaintext, key: nonceKey).prefix(cipher.nonceLength)
        return try Self.seal(plaintext, cipherKey, Array(nonce), options.associatedData)
    }

    /// The bytes that belong to a context.
    func derived(_ secret: SecretBytes, _ count: Int, _ context: [UInt8]) throws(EngineError) -> SecretBytes {
        if context.isEmpty { throw TransitErrors.missingContext }
        if key.usesCounterKDF {
            // SP 800-108 in counter mode, of which one round (number 0, for 256 bits) was all that was ever used.
            guard count <= 32 else { throw TransitErrors.damaged }
            let block = Digest.sha256.authenticate([0, 0, 0, 0] + context + [0, 0, 1, 0], key: secret)
            return SecretBytes(copying: block.prefix(count))
        }
        guard let derived = HKDF.derive(count, from: secret, info: context) else { throw TransitErrors.damaged }
        return derived
    }

    private static func cipherKey(_ cipher: AEADCipher, _ secret: SecretBytes) throws(EngineError) -> AEADKey {
        guard let key = AEADKey(cipher, secret) else { throw TransitErrors.damaged }
        return key
    }

    /// Nonce ‖ ciphertext ‖ tag.
    private static func seal(
        _ plaintext: [UInt8], _ key: AEADKey, _ nonce: [UInt8], _ associatedData: [UInt8]
    ) throws -> [UInt8] {
        var sealed = nonce
        sealed.reserveCapacity(nonce.count + plaintext.count + AEADKey.tagLength)
        try key.seal(plaintext, nonce: nonce[...], aad: associatedData, into: &sealed)
        return sealed
    }

    private func open(
        _ sealed: [UInt8], _ key: AEADKey, _ associatedData: [UInt8]
    ) throws(EngineError) -> [UInt8] {
        let length = key.cipher.nonceLength
        guard sealed.count >= length else { throw TransitErrors.wrongLength }
        do {
            return try key.open(sealed[length...], nonce: sealed[..<length], aad: associatedData)
        } catch {
            throw TransitErrors.notAuthentic(type)
        }
    }
}

extension SecretBytes {
    fileprivate func part(_ range: Range<Int>) -> SecretBytes {
        withUnsafeBytes { SecretBytes(copying: $0[range]) }
    }
}
