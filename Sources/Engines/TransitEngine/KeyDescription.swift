internal import CofferBase
internal import CofferCrypto
internal import CofferFramework
internal import CofferJSON

/// What a read of a key shows: settings and, of each usable version, when it was made and what is public of it.
extension KeyRing {
    /// - Parameter context: shows the public keys of a derived Ed25519 key for it; empty shows none.
    func description(context: [UInt8] = []) throws -> JSONObject {
        var object = JSONObject()
        object.append("name", .string(key.name))
        object.append("type", .string(type.rawValue))
        appendSettings(to: &object)
        appendHistory(to: &object)
        if key.isDerived {
            object.append("kdf", .string(key.usesCounterKDF ? "hmac-sha256-counter" : "hkdf_sha256"))
            object.append("convergent_encryption", .bool(key.isConvergent))
            // −1: each version of the key knows its own.
            if key.isConvergent { object.append("convergent_encryption_version", .int(-1)) }
        }
        object.append(
            "keys",
            .object(
                JSONObject(
                    uniqueMembers: try ascending.map { number, version in
                        .init(key: String(number), value: try describe(version, context))
                    })))
        return object
    }

    private func appendSettings(to object: inout JSONObject) {
        object.append("allow_plaintext_backup", .bool(key.allowsPlaintextBackup))
        object.append("auto_rotate_period", .int(key.rotationPeriod.wholeSeconds))
        object.append("deletion_allowed", .bool(key.allowsDeletion))
        object.append("derived", .bool(key.isDerived))
        object.append("exportable", .bool(key.isExportable))
        object.append("imported_key", .bool(key.isImported))
        if key.isImported { object.append("imported_key_allow_rotation", .bool(key.allowsRotation)) }
        if key.size != 0 { object.append("key_size", .int(key.size)) }
        if !key.parameterSet.isEmpty { object.append("parameter_set", .string(key.parameterSet)) }
        object.append("latest_version", .int(key.latest))
        object.append("min_available_version", .int(key.minimumAvailable))
        object.append("min_decryption_version", .int(key.minimumDecryption))
        object.append("min_encryption_version", .int(key.minimumEncryption))
        object.append("soft_deleted", .bool(key.isSoftDeleted))
        object.append("supports_decryption", .bool(type.supportsEncryption))
        object.append("supports_derivation", .bool(type.supportsDerivation))
        object.append("supports_encryption", .bool(type.supportsEncryption))
        object.append("supports_signing", .bool(type.supportsSigning))
    }

    private func appendHistory(to object: inout JSONObject) {
        for (name, time, version) in [
            ("backup_info", key.backupTime, key.backupVersion),
            ("restore_info", key.restoreTime, key.restoreVersion),
        ] where time != 0 {
            object.append(
                name, ["time": .string(Timestamp(nanoseconds: time).rfc3339), "version": .int(version)])
        }
    }

    /// A secret key's version is the time of its making, in seconds since 1970.
    private func describe(_ version: KeyVersion, _ context: [UInt8]) throws -> JSON {
        guard type.supportsSigning else { return .int(version.created.seconds) }
        var object = JSONObject()
        object.append("certificate_chain", .string(version.certificateText))
        object.append("creation_time", .string(version.created.rfc3339))
        object.append("name", .string(type.pairName))
        object.append("public_key", .string(try publicKey(version, context)))
        return .object(object)
    }

    private func publicKey(_ version: KeyVersion, _ context: [UInt8]) throws -> String {
        if key.isDerived, context.isEmpty { return "" }
        if case .lattice(let key) = version.material { return Base64.standard.encode(key.publicKey) }
        let pair = try signer(version, context)
        if let bytes = pair.ed25519PublicKey { return Base64.standard.encode(bytes) }
        return PEM("PUBLIC KEY", try pair.publicDER()).text
    }
}

extension KeyVersion {
    /// PEM of the chain; empty when none was set.
    var certificateText: String {
        certificates.map { PEM("CERTIFICATE", $0).trimmedText }.joined(separator: "\n")
    }
}
