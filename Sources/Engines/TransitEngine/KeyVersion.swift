internal import CofferBase
internal import CofferCrypto
internal import CofferFramework
internal import CofferJSON

/// One version of a key, decoded.
struct KeyVersion: Sendable {
    /// What does the work.
    enum Material: Sendable {
        /// Of ciphers and MACs; the cipher's key is ready unless each context has its own.
        case secret(SecretBytes, AEADKey?)
        case pair(AsymmetricKey)
        case lattice(MLDSAKey)
    }

    var material: Material
    /// For `hmac`, which every key can do.
    let hmacKey: SecretBytes
    let created: Timestamp
    /// 2 or 3: how nonces are made in convergent encryption.
    var convergence: Int64 = 3
    /// DER, the leaf first.
    var certificates: [[UInt8]] = []

    var hasPrivatePart: Bool {
        if case .pair(let pair) = material { pair.isPrivate } else { true }
    }

    var pair: AsymmetricKey? {
        if case .pair(let pair) = material { pair } else { nil }
    }

    /// The bytes of a secret key; of Ed25519, seed and public key as Go programs keep them.
    var secret: SecretBytes? {
        switch material {
        case .secret(let secret, _): return secret
        case .lattice(let key): return key.seed
        case .pair(let pair):
            guard let seed = pair.ed25519Seed, let publicKey = pair.ed25519PublicKey else { return nil }
            return SecretBytes(copying: seed.copyBytes() + publicKey)
        }
    }

    /// A new version of the key. Slow for RSA: see `KeyType.isSlow`.
    static func generate(for key: Key, at now: Timestamp, random: RandomSource) throws -> KeyVersion {
        let material: Material
        if let pair = key.type.pair {
            material = .pair(try AsymmetricKey.generate(pair, random: random))
        } else if key.type == .mlDSA {
            guard let parameterSet = MLDSAKey.ParameterSet(rawValue: key.parameterSet) else {
                throw TransitErrors.damaged
            }
            material = .lattice(try MLDSAKey.generate(parameterSet, random: random))
        } else {
            let count = key.type.secretLength ?? Int(key.size)
            material = try .secret(SecretBytes(count: count, from: random), for: key)
        }
        return try KeyVersion(material, of: key, at: now, random: random)
    }

    /// With a new HMAC key, unless the key is one itself.
    init(_ material: Material, of key: Key, at now: Timestamp, random: RandomSource) throws(RandomError) {
        self.material = material
        created = now
        if key.type == .hmac, case .secret(let secret, _) = material {
            hmacKey = secret
        } else {
            hmacKey = try SecretBytes(count: 32, from: random)
        }
    }

    init(_ material: Material, hmacKey: SecretBytes, created: Timestamp) {
        self.material = material
        self.hmacKey = hmacKey
        self.created = created
    }
}

extension KeyVersion.Material {
    /// - Throws: `damaged` when the secret has the wrong length for the key's type.
    static func secret(_ secret: SecretBytes, for key: Key) throws(EngineError) -> Self {
        guard let cipher = key.type.cipher else { return .secret(secret, nil) }
        guard let ready = AEADKey(cipher, secret) else { throw TransitErrors.damaged }
        return .secret(secret, key.isDerived ? nil : ready)
    }
}
