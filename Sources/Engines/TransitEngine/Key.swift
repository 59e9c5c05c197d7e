internal import CofferBase
internal import CofferFramework
internal import CofferJSON

/// A named key without its versions: settings, and which versions there are.
struct Key: Sendable {
    var name = ""
    var type = KeyType.aes256
    /// Bytes of an HMAC key; 0 for other types.
    var size: Int64 = 0
    /// Of an ML-DSA key; empty for other types.
    var parameterSet = ""
    var isDerived = false
    /// Derived keys from before HKDF: SP 800-108 in counter mode.
    var usesCounterKDF = false
    var isConvergent = false
    var isExportable = false
    var allowsPlaintextBackup = false
    var allowsDeletion = false
    var latest: Int64 = 0
    var minimumDecryption: Int64 = 1
    /// 0: only the latest version encrypts unless a request names one.
    var minimumEncryption: Int64 = 0
    /// Versions below were trimmed; 0 when none was.
    var minimumAvailable: Int64 = 0
    var rotationPeriod = Duration.zero
    /// When the latest version was made, in nanoseconds since 1970.
    var latestCreated: Int64 = 0
    var isImported = false
    /// Whether this server may rotate an imported key.
    var allowsRotation = false
    var isSoftDeleted = false
    /// Nanoseconds since 1970 and latest version of the last backup and restore; 0 for never.
    var backupTime: Int64 = 0
    var backupVersion: Int64 = 0
    var restoreTime: Int64 = 0
    var restoreVersion: Int64 = 0

    /// The oldest version that exists.
    var oldest: Int64 { max(minimumAvailable, 1) }
    /// The versions that can be used.
    var usable: ClosedRange<Int64> { minimumDecryption...max(latest, minimumDecryption) }

    /// When it has to be rotated next; nil for never.
    var rotationDue: Timestamp? {
        guard rotationPeriod > .zero, !isSoftDeleted, !isImported || allowsRotation else { return nil }
        return Timestamp(nanoseconds: latestCreated) + rotationPeriod
    }

    /// - Throws: what a request with these settings for a new key is told.
    func checkNew() throws(EngineError) {
        if rotationPeriod > .zero, rotationPeriod < .seconds(3600) { throw TransitErrors.rotationPeriod }
        if isConvergent, !isDerived { throw TransitErrors.convergenceNeedsDerivation }
        if isDerived, !type.supportsDerivation { throw TransitErrors.noDerivation(type) }
        if isConvergent, type.cipher == nil { throw TransitErrors.noConvergence(type) }
    }
}

extension Key {
    /// As it is stored.
    static let schema = Schema<Key>(
        { Key() },
        [
            Field("name", \.name, "Name."), Field("type", \.type, "Type."), Field("size", \.size, "HMAC key size."),
            Field("parameter_set", \.parameterSet, "ML-DSA parameter set."),
            Field("derived", \.isDerived, "Derived."), Field("counter_kdf", \.usesCounterKDF, "Old derivation."),
            Field("convergent", \.isConvergent, "Convergent."), Field("exportable", \.isExportable, "Exportable."),
            Field("plaintext_backup", \.allowsPlaintextBackup, "Plaintext backup allowed."),
            Field("deletion_allowed", \.allowsDeletion, "Deletion allowed."),
            Field("latest", \.latest, "Latest version."),
            Field("minimum_decryption", \.minimumDecryption, "Least version that decrypts."),
            Field("minimum_encryption", \.minimumEncryption, "Least version that encrypts."),
            Field("minimum_available", \.minimumAvailable, "Least version that exists."),
            Field("rotation_period", \.rotationPeriod, "Automatic rotation."),
            Field("latest_created", \.latestCreated, "Time of the latest version."),
            Field("imported", \.isImported, "Imported."), Field("allow_rotation", \.allowsRotation, "May rotate."),
            Field("soft_deleted", \.isSoftDeleted, "Not to be used."),
            Field("backup_time", \.backupTime, "Last backup."),
            Field("backup_version", \.backupVersion, "Latest version of the last backup."),
            Field("restore_time", \.restoreTime, "Last restore."),
            Field("restore_version", \.restoreVersion, "Latest version of the last restore."),
        ])

    var encoded: [UInt8] { JSON.object(Self.schema.encode(self)).serialized() }

    init(encoded bytes: [UInt8]) throws(EngineError) {
        do {
            self = try Self.schema.decode(try JSON.parseObject(bytes, limits: .trusted))
        } catch {
            throw TransitErrors.damaged
        }
    }
}
