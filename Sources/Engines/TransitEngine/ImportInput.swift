internal import CofferBase
internal import CofferFramework

/// A key that is brought along.
struct ImportInput: Sendable {
    var ciphertext: String?
    var publicKey: String?
    var hashFunction = "SHA256"
    var type = KeyType.aes256.rawValue
    var allowsRotation = false
    var isDerived = false
    var isExportable = false
    var allowsPlaintextBackup = false
    var rotationPeriod = Duration.zero
    var context = ""
    /// Which version gets its private part; a new one is made when nil.
    var version: Int64?

    private static let material: [Field<ImportInput>] = [
        Field(
            "ciphertext", \.ciphertext,
            "The key in base64: an AES key under the mount's wrapping key, then the key under the AES key."),
        Field("public_key", \.publicKey, "PEM of a public key; such a version cannot sign or decrypt."),
        Field("hash_function", \.hashFunction, "Of OAEP: SHA1, SHA224, SHA256 (when not given), SHA384 or SHA512."),
    ]

    static let newKey = Schema<ImportInput>(
        { ImportInput() },
        material + [
            Field("type", \.type, "Type of the key; aes256-gcm96 when not given."),
            Field("allow_rotation", \.allowsRotation, "Whether this server may rotate the key."),
            Field("derived", \.isDerived, "Whether each context has a key of its own."),
            Field("exportable", \.isExportable, "Whether the key may be exported."),
            Field("allow_plaintext_backup", \.allowsPlaintextBackup, "Whether the key may be backed up in clear."),
            Field("auto_rotate_period", \.rotationPeriod, "After how long the key is rotated; 0 for never."),
            Field("context", \.context, "Has no meaning for an import."),
        ])

    static let newVersion = Schema<ImportInput>(
        { ImportInput() },
        material + [
            Field(
                "version", \.version,
                "Version that gets its private part; a new version is made when not given.")
        ])

    /// - Parameter name: of the key.
    func key(named name: String) throws(EngineError) -> Key {
        if rotationPeriod > .zero, !allowsRotation { throw TransitErrors.importRotation }
        var key = Key()
        key.name = name
        key.type = try KeyType(named: type.lowercased())
        if key.type == .mlDSA { throw TransitErrors.unknownType }
        key.isDerived = isDerived
        key.isExportable = isExportable
        key.allowsPlaintextBackup = allowsPlaintextBackup
        key.rotationPeriod = rotationPeriod
        key.isImported = true
        key.allowsRotation = allowsRotation
        try key.checkNew()
        return key
    }
}
