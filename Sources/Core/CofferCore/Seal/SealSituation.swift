package import CofferBarrier
internal import CofferFramework
internal import CofferStorage
internal import SealService

/// What guards the root key, as storage and configuration say together.
package enum SealSituation: Sendable {
    case uninitialized
    /// The shares of these people open the server.
    case shares(SealConfiguration)
    /// The configured seals do. The recovery key's shares, if there are any, prove who may do more.
    case automatic(recovery: SealConfiguration?)
    /// The storage's seal is no longer the one that is configured.
    case migration(SealMigration)
}

/// A change of seals that waits for the holders of the shares.
package struct SealMigration: Sendable {
    /// Nil: the unseal key of the shares.
    let from: SealGroup?
    let to: SealGroup?
    /// The shares that prove the holders; they stay the same through a migration.
    package let shares: SealConfiguration
}

extension Core {
    /// Of the recovery key; nil when there is none.
    package func recoveryConfiguration() async throws -> SealConfiguration? {
        guard let stored = try await storage.get(SealConfiguration.recoveryPath) else { return nil }
        guard let configuration = SealConfiguration(encoded: stored.value) else {
            throw EngineError.internal("the configuration of the recovery key cannot be read")
        }
        return configuration
    }

    package func sealSituation() async throws -> SealSituation {
        guard let stored = try await sealConfiguration() else { return .uninitialized }
        if stored.isShamir {
            guard let automaticSeals else { return .shares(stored) }
            return .migration(SealMigration(from: nil, to: automaticSeals, shares: stored))
        }
        let recovery = try await recoveryConfiguration()
        if let automaticSeals, try await !isLeft(for: automaticSeals) { return .automatic(recovery: recovery) }
        guard let formerSeals else {
            throw EngineError.internal(
                "this server is sealed by a seal of type \(stored.type), which is not configured: add its stanza, with "
                    + "disabled = \"true\" to migrate away from it")
        }
        guard let recovery else {
            throw EngineError.internal("a seal migration needs the recovery key, and this server has none")
        }
        return .migration(SealMigration(from: formerSeals, to: automaticSeals, shares: recovery))
    }

    /// Whether what is stored was wrapped by a disabled seal, and by none of `group`.
    private func isLeft(for group: SealGroup) async throws -> Bool {
        guard let formerSeals, let record = try await storage.get(StoredRootKey.path) else { return false }
        return formerSeals.knows(record.value) && !group.knows(record.value)
    }
}

extension SealConfiguration {
    var isShamir: Bool { type == "shamir" }
}
