internal import CofferBarrier
internal import CofferBase
internal import CofferFramework
internal import CofferStorage
internal import SealService

/// Whether shares are those of this server.
///
/// With a seal of shares they must open the stored root key. With a seal that opens by itself they must join to
/// the recovery key, which that seal keeps.
struct KeyProof: Sendable {
    static let recoveryKeyPath: StorageKey = "core/recovery-key"

    let seal: ShamirSeal
    let barrier: Barrier
    let automatic: SealGroup?

    /// Whether the seal in force opens by itself.
    func isAutomatic() async throws -> Bool { try await !sealConfiguration().isShamir }

    /// How many shares there are and how many are needed.
    func configuration() async throws -> SealConfiguration {
        let configuration = try await sealConfiguration()
        if configuration.isShamir { return configuration }
        guard let stored = try await barrier.plain.get(SealConfiguration.recoveryPath),
            let recovery = SealConfiguration(encoded: stored.value)
        else { throw EngineError.badRequest("this server has no recovery key") }
        return recovery
    }

    private func sealConfiguration() async throws -> SealConfiguration {
        guard let stored = try await barrier.plain.get(SealConfiguration.path) else {
            throw EngineError.badRequest("server is not yet initialized")
        }
        guard let configuration = SealConfiguration(encoded: stored.value) else {
            throw EngineError.internal("the seal configuration cannot be read")
        }
        return configuration
    }

    func accepts(_ shares: [SecretBytes]) async throws -> Bool {
        guard let rootKey = try await rootKey(shares) else { return false }
        return barrier.isRootKey(rootKey)
    }

    /// Nil for shares that are not those of this server.
    func rootKey(_ shares: [SecretBytes]) async throws -> SecretBytes? {
        guard let key = seal.join(shares) else { return nil }
        guard try await isAutomatic() else {
            let stored = try await storedRootKey()
            return try? StoredRootKey.open(stored, with: key)
        }
        guard let automatic else { throw EngineError.internal("the seal of this server is not configured") }
        guard try await isRecoveryKey(key, of: automatic) else { return nil }
        return try await automatic.rootKey(in: try await storedRootKey())
    }

    func isRecoveryKey(_ key: SecretBytes, of group: SealGroup) async throws -> Bool {
        guard let stored = try await barrier.plain.get(Self.recoveryKeyPath) else {
            throw EngineError.badRequest("this server has no recovery key")
        }
        do throws(SealFailure) {
            return try await group.unwrap(stored.value).constantTimeEquals(key)
        } catch {
            throw EngineError(seal: error)
        }
    }

    func storedRootKey() async throws -> [UInt8] {
        guard let stored = try await barrier.plain.get(StoredRootKey.path) else {
            throw EngineError.internal("the stored root key is missing")
        }
        return stored.value
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

extension SealGroup {
    func rootKey(in record: [UInt8]) async throws(EngineError) -> SecretBytes {
        do throws(SealFailure) {
            guard let key = StoredRootKey.key(inList: try await unwrap(record)) else {
                throw SealFailure(.wrongKey, "what the seal has wrapped is no root key")
            }
            return key
        } catch {
            throw EngineError(seal: error)
        }
    }
}

extension EngineError {
    /// What a client is told when a seal failed; the failure's text is for those who run the server.
    init(seal failure: SealFailure) {
        switch failure.reason {
        case .unreachable: self = .internal("the seal cannot be reached; see the server log")
        case .refused: self = .internal("the seal's service refused; see the server log")
        case .wrongKey: self = .internal("the seal cannot open what is stored; see the server log")
        case .invalid: self = .internal("the seal is not configured rightly; see the server log")
        }
    }
}
