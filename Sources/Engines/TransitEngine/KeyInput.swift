internal import CofferBase
internal import CofferCrypto
internal import CofferFramework

/// What a new key shall be.
struct KeyInput: Sendable {
    var key = Key()
    var type = KeyType.aes256.rawValue
    var context = ""
    var managedKeyName = ""
    var managedKeyID = ""

    static let schema = Schema<KeyInput>(
        { KeyInput() },
        Key.options.map { $0.within(\.key) } + managed + [
            Field("type", \.type, "Type of the key; aes256-gcm96 when not given."),
            Field(
                "convergent_encryption", \.key.isConvergent,
                "Whether equal plaintexts of one context have equal ciphertexts; the key must be derived."),
            Field("key_size", \.key.size, "Bytes of an HMAC key, from 32 to 512; 32 when not given."),
            Field("parameter_set", \.key.parameterSet, "Of ML-DSA keys: 44, 65 or 87."),
            Field("context", \.context, "Has a meaning for reads only."),
        ])

    static let managed: [Field<KeyInput>] = [
        Field("managed_key_name", \.managedKeyName, "Managed keys are not supported."),
        Field("managed_key_id", \.managedKeyID, "Managed keys are not supported."),
    ]

    /// - Parameter name: of the key.
    func key(named name: String) throws(EngineError) -> Key {
        var key = key
        key.name = name
        key.type = try KeyType(named: type)
        if key.size != 0, key.type != .hmac { throw TransitErrors.sizeNotValid(key.type) }
        if key.type == .hmac {
            if key.size == 0 { key.size = Key.hmacSizes.lowerBound }
            guard Key.hmacSizes.contains(key.size) else { throw TransitErrors.invalidSize(key.size) }
        }
        if key.type != .mlDSA {
            key.parameterSet = ""
        } else if MLDSAKey.ParameterSet(rawValue: key.parameterSet) == nil {
            throw TransitErrors.invalidParameterSet(key.type)
        }
        return key
    }
}

extension Key {
    /// Bytes that an HMAC key may have.
    static let hmacSizes: ClosedRange<Int64> = 32...512

    /// What can be said of a key when it is made or imported.
    static let options: [Field<Key>] = [
        Field("derived", \.isDerived, "Whether each context has a key of its own."),
        Field("exportable", \.isExportable, "Whether the key may be exported; never taken back."),
        Field(
            "allow_plaintext_backup", \.allowsPlaintextBackup,
            "Whether the key may be backed up in clear; never taken back."),
        Field("auto_rotate_period", \.rotationPeriod, "After how long the key is rotated; 0 for never."),
    ]
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
            if minimum > key.latest { throw TransitErrors.aboveLatest("decryption", minimum, key.latest) }
            key.minimumDecryption = minimum
        }
        if let minimum = minimumEncryption {
            if minimum < 0 { throw TransitErrors.negativeMinimum("encryption") }
            if minimum > key.latest { throw TransitErrors.aboveLatest("encryption", minimum, key.latest) }
            key.minimumEncryption = minimum
        }
        if key.minimumEncryption > 0, key.minimumEncryption < key.minimumDecryption {
            throw TransitErrors.crossed(encryption: key.minimumEncryption, decryption: key.minimumDecryption)
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
