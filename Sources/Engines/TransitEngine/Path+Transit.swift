internal import CofferFramework

extension Path {
    /// What captures mean, in all paths of the engine.
    static let transitCaptures = [
        "name": "Name of the key.",
        "plaintext": "`plaintext` to be shown the key as well, `wrapped` for its ciphertext only.",
        "urlalgorithm": "The hash algorithm, before any field.",
        "url_mac_length": "Bytes of the CMAC, before any field.",
        "type": "What to export: encryption-key, signing-key, hmac-key, cmac-key, public-key or certificate-chain.",
        "version": "Number of the version, or `latest`.",
        "destination": "Name of the RSA key that the exported one is encrypted for.",
        "source": "Name of the key to export.",
    ]

    /// A path with one operation.
    static func transit<Input: Sendable>(
        _ operation: Operation, _ pattern: String, _ id: String, _ synopsis: String, description: String = "",
        _ schema: Schema<Input>, exists: (@Sendable (Call) async throws -> Bool)? = nil,
        _ handler: @escaping @Sendable (Call, Input) async throws -> Reply
    ) -> Path {
        Path(
            pattern, synopsis, description: description, captures: transitCaptures, exists: exists,
            [Verb(operation, id, synopsis, schema, handler)])
    }
}
