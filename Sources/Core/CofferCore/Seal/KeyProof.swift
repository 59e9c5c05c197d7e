internal import CofferBarrier
internal import CofferBase
internal import CofferFramework
internal import CofferStorage

/// Whether shares are those of this server: they must open the stored root key, and that must be
/// the root key of the open barrier.
struct KeyProof: Sendable {
    let seal: ShamirSeal
    let barrier: Barrier

    /// How many shares there are and how many are needed.
    func configuration() async throws -> SealConfiguration {
        guard let stored = try await barrier.plain.get(SealConfiguration.path),
            let configuration = SealConfiguration(encoded: stored.value)
        else { throw EngineError.internal("the seal configuration cannot be read") }
        return configuration
    }

    func accepts(_ shares: [SecretBytes]) async throws -> Bool {
        guard let stored = try await barrier.plain.get(StoredRootKey.path) else {
            throw EngineError.internal("the stored root key is missing")
        }
        guard let unsealKey = seal.join(shares), let rootKey = try? StoredRootKey.open(stored.value, with: unsealKey)
        else { return false }
        return barrier.isRootKey(rootKey)
    }

    /// The bounds of the family: a 16-byte key up to a 32-byte key with its place, which is never zero.
    static func check(_ share: SecretBytes, threshold: Int) throws(EngineError) {
        if share.count < 16 { throw .badRequest("invalid key: key is shorter than minimum 16 bytes") }
        if share.count > 33 { throw .badRequest("invalid key: key is longer than maximum 33 bytes") }
        if threshold > 1, share.withUnsafeBytes({ $0.last == 0 }) {
            throw .badRequest("invalid key: the share is not one of this seal")
        }
    }
}
