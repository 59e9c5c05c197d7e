internal import CofferBase
internal import CofferFramework

/// A key that is brought along.
struct ImportInput: Sendable {
    var ciphertext: String?
    var publicKey: String?
    var hashFunction = "SHA256"
    var type = KeyType.aes256.rawValue
    var key = Key()
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
        material + Key.options.map { $0.within(\.key) } + [
            Field("type", \.type, "Type of the key; aes256-gcm96 when not given."),
            Field("allow_rotation", \.key.allowsRotation, "Whether this server may rotate the key."),
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
        var key = key
        if key.rotationPeriod > .zero, !key.allowsRotation { throw TransitErrors.importRotation }
        key.name = name
        key.type = try KeyType(named: type.lowercased())
        if key.type == .mlDSA { throw TransitErrors.unknownType }
        key.isImported = true
        try key.checkNew()
        return key
    }
}
