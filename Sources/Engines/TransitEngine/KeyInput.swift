internal import CofferBase
internal import CofferFramework

/// What a new key shall be.
struct KeyInput: Sendable {
    var type = KeyType.aes256.rawValue
    var isDerived = false
    var isConvergent = false
    var isExportable = false
    var allowsPlaintextBackup = false
    var rotationPeriod = Duration.zero
    var size: Int64 = 0
    var parameterSet = ""
    var context = ""
    var managedKeyName = ""
    var managedKeyID = ""

    static let schema = Schema<KeyInput>(
        { KeyInput() },
        [
            Field("type", \.type, "Type of the key; aes256-gcm96 when not given."),
            Field("derived", \.isDerived, "Whether each context has a key of its own."),
            Field(
                "convergent_encryption", \.isConvergent,
                "Whether equal plaintexts of one context have equal ciphertexts; the key must be derived."),
            Field("exportable", \.isExportable, "Whether the key may be exported; never taken back."),
            Field(
                "allow_plaintext_backup", \.allowsPlaintextBackup,
                "Whether the key may be backed up in clear; never taken back."),
            Field("auto_rotate_period", \.rotationPeriod, "After how long the key is rotated; 0 for never."),
            Field("key_size", \.size, "Bytes of an HMAC key, from 32 to 512; 32 when not given."),
            Field("parameter_set", \.parameterSet, "Of ML-DSA keys: 44, 65 or 87."),
            Field("context", \.context, "Has a meaning for reads only."),
            Field("managed_key_name", \.managedKeyName, "Managed keys are not supported."),
            Field("managed_key_id", \.managedKeyID, "Managed keys are not supported."),
        ])

    /// - Parameter name: of the key.
    func key(named name: String) throws(EngineError) -> Key {
        var key = Key()
        key.name = name
        key.type = try KeyType(named: type)
        key.isDerived = isDerived
        key.isConvergent = isConvergent
        key.isExportable = isExportable
        key.allowsPlaintextBackup = allowsPlaintextBackup
        key.rotationPeriod = rotationPeriod
        if size != 0, key.type != .hmac { throw TransitErrors.sizeNotValid(key.type) }
        if key.type == .hmac {
            key.size = size == 0 ? 32 : size
            guard Key.hmacSizes.contains(key.size) else { throw TransitErrors.invalidSize(size) }
        }
        if key.type == .mlDSA {
            guard ["44", "65", "87"].contains(parameterSet) else { throw TransitErrors.invalidParameterSet(key.type) }
            key.parameterSet = parameterSet
        }
        return key
    }
}

extension Key {
    /// Bytes that an HMAC key may have.
    static let hmacSizes: ClosedRange<Int64> = 32...512
}

/// Changes of an existing key; what is not given stays.
struct KeySettingsInput: Sendable {
    var minimumDecryption: Int64?
    var minimumEncryption: Int64?
    var allowsDeletion: Bool?
    var isExportable: Bool?
    var allowsPlaintextBackup: Bool?
    var rotationPeriod: Duration?

    static let schema = Schema<KeySettingsInput>(
        { KeySettingsInput() },
        [
            Field("min_decryption_version", \.minimumDecryption, "Least version that decrypts and verifies."),
            Field(
                "min_encryption_version", \.minimumEncryption,
                "Least version that encrypts and signs; 0 for the latest only."),
            Field("deletion_allowed", \.allowsDeletion, "Whether the key may be deleted."),
            Field("exportable", \.isExportable, "Whether the key may be exported; never taken back."),
            Field(
                "allow_plaintext_backup", \.allowsPlaintextBackup,
                "Whether the key may be backed up in clear; never taken back."),
            Field("auto_rotate_period", \.rotationPeriod, "After how long the key is rotated; 0 for never."),
        ])

    /// - Returns: a warning, if there is a reason for one.
    func apply(to key: inout Key) throws(EngineError) -> String? {
        var warning: String?
        if var minimum = minimumDecryption {
            if minimum < 0 { throw TransitErrors.negativeMinimum("decryption") }
            if minimum == 0 {
                minimum = 1
                warning = TransitErrors.forcedMinimum
            }
            if minimum > key.latest {
                throw TransitErrors.minimumAboveLatest("decryption", minimum, latest: key.latest)
            }
            key.minimumDecryption = minimum
        }
        if let minimum = minimumEncryption {
            if minimum < 0 { throw TransitErrors.negativeMinimum("encryption") }
            if minimum > key.latest {
                throw TransitErrors.minimumAboveLatest("encryption", minimum, latest: key.latest)
            }
            key.minimumEncryption = minimum
        }
        if key.minimumEncryption > 0, key.minimumEncryption < key.minimumDecryption {
            throw TransitErrors.crossedMinimums(
                encryption: key.minimumEncryption, decryption: key.minimumDecryption)
        }
        if key.minimumAvailable > key.minimumEncryption { throw TransitErrors.belowAvailable("encryption", "than") }
        if key.minimumAvailable > key.minimumDecryption { throw TransitErrors.belowAvailable("decryption", "then") }
        if let allowsDeletion { key.allowsDeletion = allowsDeletion }
        if isExportable == true { key.isExportable = true }
        if allowsPlaintextBackup == true { key.allowsPlaintextBackup = true }
        if let rotationPeriod { key.rotationPeriod = rotationPeriod }
        try key.checkNew()
        return warning
    }
}
