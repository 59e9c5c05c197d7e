internal import CofferBase
internal import CofferCrypto
internal import CofferFramework
internal import CofferStorage

/// The RSA key that callers wrap keys for; each mount has one, made when it is first wanted.
enum WrappingKey {
    private static let place: StorageKey = "import/wrapping-key"

    static func load(_ storage: StorageView, _ random: RandomSource) async throws -> AsymmetricKey {
        if let bytes = try await storage.get(place) { return try AsymmetricKey(pkcs8: SecretBytes(copying: bytes)) }
        let made = try await slowWork.run { try AsymmetricKey.generate(.rsa(bits: 4096), random: random) }
        return try await storage.transaction { transaction in
            // Another request may have been quicker; there must be only one key.
            if let bytes = try await transaction.get(place) {
                return try AsymmetricKey(pkcs8: SecretBytes(copying: bytes))
            }
            transaction.put(place, try made.pkcs8().copyBytes())
            return made
        }
    }

    /// The hash function of OAEP, as requests name it.
    static func digest(named name: String) throws(EngineError) -> Digest {
        switch name.uppercased() {
        case "SHA1": .sha1
        case "SHA224": .sha224
        case "SHA256": .sha256
        case "SHA384": .sha384
        case "SHA512": .sha512
        default: throw TransitErrors.importHash
        }
    }
}
