internal import CofferBase
internal import CofferCrypto
internal import CofferFramework

extension KeyRing {
    /// - Returns: the signature, and the public key where it differs with the context.
    func sign(
        _ message: [UInt8], _ number: Int64, _ options: SigningOptions, context: [UInt8], _ random: RandomSource
    ) throws -> (signature: String, publicKey: [UInt8]?) {
        let version = try version(number)
        guard version.hasPrivatePart else { throw TransitErrors.noPrivateKeyToSign }
        let signature: [UInt8]
        var publicKey: [UInt8]?
        if case .lattice(let key) = version.material {
            signature = try key.sign(message)
        } else {
            let pair = try signer(version, context)
            if key.isDerived { publicKey = pair.ed25519PublicKey }
            signature =
                if type.isRSA {
                    try signRSA(pair, digest(message, options), options, random)
                } else if type.isCurve {
                    try pair.signECDSA(digest(message, options), options.form)
                } else {
                    try pair.signEd25519(message)
                }
        }
        return (VersionedText.make(number, options.encoding.encode(signature)), publicKey)
    }

    func verify(
        _ signature: String, _ message: [UInt8], _ options: SigningOptions, context: [UInt8]
    ) throws -> Bool {
        let text = try VersionedText(signature, "signature")
        let version = try version(of: text, "signature")
        guard let bytes = options.encoding.decode(text.body) else { throw TransitErrors.signatureBase64 }
        if case .lattice(let key) = version.material {
            return MLDSAKey.isValid(bytes, message, key.parameterSet, publicKey: key.publicKey)
        }
        let pair = try signer(version, context)
        let digest = digest(message, options)
        if type.isCurve { return pair.verifyECDSA(bytes, digest, options.form) }
        if !type.isRSA { return pair.verifyEd25519(bytes, message) }
        if options.usesPKCS1 { return pair.verifyPKCS1(bytes, digest, options.function) }
        guard let function = options.function else { throw TransitErrors.hashNone }
        return pair.verifyPSS(bytes, digest, function, salt: options.salt)
    }

    /// The key pair of a version; of a derived key, that of the context.
    func signer(_ version: KeyVersion, _ context: [UInt8]) throws -> AsymmetricKey {
        if key.isDerived, let secret = version.secret {
            return try AsymmetricKey(ed25519Seed: derived(secret, 32, context))
        }
        guard let pair = version.pair else { throw TransitErrors.noSigning(type) }
        return pair
    }

    private func digest(_ message: [UInt8], _ options: SigningOptions) -> [UInt8] {
        guard type.hashesInput, !options.isPrehashed, let function = options.function else { return message }
        return function.hash(message)
    }

    private func signRSA(
        _ pair: AsymmetricKey, _ digest: [UInt8], _ options: SigningOptions, _ random: RandomSource
    ) throws -> [UInt8] {
        if let function = options.function, digest.count != function.length { throw TransitErrors.wrongDigestLength }
        do {
            if options.usesPKCS1 { return try pair.signPKCS1(digest, options.function) }
            guard let function = options.function else { throw TransitErrors.hashNone }
            return try pair.signPSS(digest, function, salt: options.salt, random: random)
        } catch is KeyError {
            if case .bytes(let count) = options.salt { throw TransitErrors.invalidSaltLength(count) }
            throw TransitErrors.wrongDigestLength
        }
    }
}
