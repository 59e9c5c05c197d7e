internal import CofferBase
internal import CofferCrypto
internal import CofferFramework
internal import CofferJSON
internal import CofferStorage

/// Keys that are brought along ("bring your own key").
struct ImportPaths: Sendable {
    let keys: KeyStore

    var paths: [Path] {
        [
            wrappingKeyPath,
            .transit(
                .update, "keys/:name/import", "import-key", "Import a key that was made elsewhere.",
                ImportInput.newKey, importKey),
            .transit(
                .update, "keys/:name/import_version", "import-key-version",
                "Import another version of an imported key.", ImportInput.newVersion, importVersion),
        ]
    }

    private var wrappingKeyPath: Path {
        Path(
            "wrapping_key", "The public key to encrypt keys for, before they are imported.",
            [
                Verb(.read, "read-wrapping-key", "Read the wrapping key.") { call in
                    let key = try await WrappingKey.load(call.storage, call.random)
                    return .data(["public_key": .string(PEM("PUBLIC KEY", try key.publicDER()).text)])
                }
            ])
    }

    @Sendable private func importKey(_ call: Call, _ input: ImportInput) async throws -> Reply {
        if call.fields["convergent_encryption"] != nil { throw TransitErrors.importConvergent }
        let settings = try input.key(named: call.capture("name"))
        if try await keys.find(call) != nil { throw TransitErrors.importExisting }
        let material = try await material(input, settings, call)
        try await keys.change(settings.name, in: call.storage) { key, transaction in
            guard key == nil else { throw TransitErrors.importExisting }
            var new = settings
            if case .secret(let secret, _) = material, new.type == .hmac { new.size = Int64(secret.count) }
            let version = try KeyVersion(material, of: new, at: call.now, random: call.random)
            try transaction.append(version, to: &new)
            key = new
        }
        return .empty
    }

    @Sendable private func importVersion(_ call: Call, _ input: ImportInput) async throws -> Reply {
        let ring = try await keys.ring(call, or: TransitErrors.importVersionOfNothing(call.capture("name")))
        guard ring.key.isImported else { throw TransitErrors.importVersionOfOwn }
        if ring.key.isConvergent { throw TransitErrors.versionConvergent }
        try ring.requireUse()
        let material = try await material(input, ring.key, call)
        try await keys.change(ring.key.name, in: call.storage) { key, transaction in
            guard var found = key, found.isImported, found.type == ring.type else { throw TransitErrors.keyNotFound }
            if let number = try await Self.incomplete(input.version, material, of: found, &transaction) {
                try transaction.put(number.version, number.number, of: found)
            } else {
                let version = try KeyVersion(material, of: found, at: call.now, random: call.random)
                try transaction.append(version, to: &found)
            }
            key = found
        }
        return .empty
    }

    /// The version that the material completes with its private part; nil when it is for a new version.
    ///
    /// It is the one asked for, or the latest when that lacks its private part and the material is just that.
    private static func incomplete(
        _ wanted: Int64?, _ material: KeyVersion.Material, of key: Key, _ transaction: inout Transaction
    ) async throws -> (number: Int64, version: KeyVersion)? {
        let number = wanted ?? key.latest
        guard key.usable.contains(number) else { throw TransitErrors.noSuchVersion }
        guard var version = try await transaction.versions(number...number, of: key)[number] else { return nil }
        guard case .pair(let new) = material, let old = version.pair else {
            if wanted == nil { return nil }
            throw TransitErrors.importPublicType
        }
        if wanted == nil {
            guard new.isPrivate, !old.isPrivate, new.hasPublicKey(of: old) else { return nil }
        } else {
            if old.isPrivate { throw TransitErrors.importHasPrivate }
            guard new.isPrivate else { throw TransitErrors.importHasPublic }
            guard new.hasPublicKey(of: old) else { throw TransitErrors.importMismatch }
        }
        version.material = material
        return (number, version)
    }

    // MARK: material

    private func material(_ input: ImportInput, _ key: Key, _ call: Call) async throws -> KeyVersion.Material {
        switch (input.ciphertext, input.publicKey) {
        case (nil, nil): throw TransitErrors.importOneOf
        case (_?, _?): throw TransitErrors.importBoth
        case (nil, let text?): return try Self.publicKey(text, key)
        case (let text?, nil):
            let digest = try WrappingKey.digest(named: input.hashFunction)
            let wrapped = try decodeBase64(text)
            let wrappingKey = try await WrappingKey.load(call.storage, call.random)
            return try Self.privateKey(try await Self.unwrap(wrapped, wrappingKey, digest), key)
        }
    }

    private static func unwrap(
        _ wrapped: [UInt8], _ wrappingKey: AsymmetricKey, _ digest: Digest
    ) async throws -> SecretBytes {
        do {
            return try await slowWork.run { try KeyTransport.unwrap(wrapped, with: wrappingKey, digest) }
        } catch let failure as KeyTransport.Failure {
            switch failure {
            case .tooShort: throw TransitErrors.importTooShort
            case .outer: throw TransitErrors.importUnwrap
            case .ephemeralLength: throw TransitErrors.importEphemeral
            case .inner: throw TransitErrors.importKWP
            }
        }
    }

    private static func publicKey(_ text: String, _ key: Key) throws(EngineError) -> KeyVersion.Material {
        guard let kind = key.type.pair else { throw TransitErrors.importPublicType }
        if key.isDerived { throw TransitErrors.importDerivedPublic }
        guard let pem = PEM.blocks(in: text)?.first else { throw TransitErrors.importNotPEM }
        guard let pair = try? AsymmetricKey(publicKey: pem.der), pair.kind == kind else {
            throw TransitErrors.importPublicKey
        }
        return .pair(pair)
    }

    private static func privateKey(_ secret: SecretBytes, _ key: Key) throws(EngineError) -> KeyVersion.Material {
        if let kind = key.type.pair {
            guard let pair = try? AsymmetricKey(pkcs8: secret), pair.kind == kind else {
                throw TransitErrors.importPrivateKey
            }
            return .pair(pair)
        }
        let isRightSize =
            key.type == .hmac ? Key.hmacSizes.contains(Int64(secret.count)) : secret.count == key.type.secretLength
        guard isRightSize else { throw TransitErrors.importSize(secret.count, key.type) }
        return try .secret(secret, for: key)
    }
}
