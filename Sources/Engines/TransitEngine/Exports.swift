internal import CofferBase
internal import CofferCrypto
internal import CofferFramework

/// What part of a key is exported, by its name in the path.
enum ExportPart: String {
    case encryption = "encryption-key"
    case signing = "signing-key"
    case hmac = "hmac-key"
    case cmac = "cmac-key"
    case publicKey = "public-key"
    case certificates = "certificate-chain"

    var isPublic: Bool { self == .publicKey || self == .certificates }

    func requireSupport(by type: KeyType) throws(EngineError) {
        switch self {
        case .encryption where !type.supportsEncryption: throw TransitErrors.exportNeedsEncryption
        case .signing where !type.supportsSigning: throw TransitErrors.exportNeedsSigning
        case .certificates where !type.supportsSigning: throw TransitErrors.chainNeedsSigning
        case .cmac where !type.isCMAC: throw TransitErrors.exportMismatch(type, rawValue)
        default: break
        }
    }
}

/// How an exported key is written; Vault's own form, which depends on the type, when none is asked for.
enum ExportFormat: String {
    case own = ""
    case raw, der, pem
}

extension KeyRing {
    func export(_ part: ExportPart, _ version: KeyVersion, _ format: ExportFormat) throws -> String {
        switch part {
        case .hmac: return try Self.raw(version.hmacKey, "hmac", format)
        case .cmac: return try Self.raw(version.secret, "cmac", format)
        case .encryption, .signing: return try exportPrivate(version, format)
        case .publicKey: return try exportPublic(version, format)
        case .certificates:
            guard !version.certificates.isEmpty else { throw TransitErrors.noChain }
            return version.certificateText
        }
    }

    private static func raw(_ secret: SecretBytes?, _ kind: String, _ format: ExportFormat) throws -> String {
        guard let secret else { throw TransitErrors.damaged }
        guard format == .own || format == .raw else { throw TransitErrors.formatMismatch(kind, "`` or `raw`") }
        return Base64.standard.encode(secret.copyBytes())
    }

    /// Empty for a version of which only the public key was imported.
    private func exportPrivate(_ version: KeyVersion, _ format: ExportFormat) throws -> String {
        guard let pair = version.pair else { return try Self.raw(version.secret, "symmetric", format) }
        guard pair.isPrivate else { return "" }
        switch format {
        case .own where type == .ed25519: return try Self.raw(version.secret, "ed25519", .own)
        case .raw:
            guard type == .ed25519 else { throw TransitErrors.formatMismatch(kindName, "``, `der`, or `pem`") }
            return try Self.raw(version.secret, "ed25519", .raw)
        case .own:
            let der = try pair.traditionalDER().copyBytes()
            return type.isRSA ? PEM("RSA PRIVATE KEY", der).text : PEM("EC PRIVATE KEY", der).trimmedText
        case .der: return Base64.standard.encode(try pair.pkcs8().copyBytes())
        case .pem:
            let pem = PEM("PRIVATE KEY", try pair.pkcs8().copyBytes())
            return type.isRSA ? pem.text : pem.trimmedText
        }
    }

    private func exportPublic(_ version: KeyVersion, _ format: ExportFormat) throws -> String {
        if case .lattice(let key) = version.material { return Base64.standard.encode(key.publicKey) }
        guard let pair = version.pair else { throw TransitErrors.exportMismatch(type, ExportPart.publicKey.rawValue) }
        if let bytes = pair.ed25519PublicKey, format == .own || format == .raw {
            return Base64.standard.encode(bytes)
        }
        switch format {
        case .raw: throw TransitErrors.formatMismatch(kindName, "``, `der`, or `pem`")
        case .der: return Base64.standard.encode(try pair.publicDER())
        case .own, .pem:
            let pem = PEM("PUBLIC KEY", try pair.publicDER())
            return type.isRSA ? pem.text : pem.trimmedText
        }
    }

    private var kindName: String { type.isRSA ? "rsa" : "ec" }

    /// The versions that a path names: all when it names none.
    func versions(named name: String) throws(EngineError) -> [(number: Int64, version: KeyVersion)] {
        if name.isEmpty { return ascending }
        let number: Int64
        if name == "latest" {
            number = key.latest
        } else {
            let digits = name.hasPrefix("v") ? String(name.dropFirst()) : name
            guard let parsed = Int64(digits) else { throw TransitErrors.invalidVersion }
            number = parsed
        }
        if number < key.minimumDecryption { throw TransitErrors.versionBelowMinimum }
        guard let version = try? version(number) else { throw TransitErrors.versionNotFound }
        return [(number, version)]
    }
}
