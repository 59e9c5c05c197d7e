internal import CofferBarrier
internal import CofferBase
internal import CofferFramework
internal import CofferStorage
internal import Logging
internal import SealService

extension Core {
    /// Opens the server by its former seal and puts it under the configured one.
    ///
    /// One commit changes the root key and all that is stored about the seal: before it the former seal opens the
    /// server, after it the new one does. What the shares join to stays: the unseal key becomes the recovery key,
    /// and the other way round.
    func migrate(_ migration: SealMigration, _ shares: [SecretBytes]) async throws {
        guard let key = seal.join(shares), let rootKey = try await formerRootKey(migration, key) else {
            throw EngineError.badRequest("Unseal failed, invalid key")
        }
        let newRootKey = try SecretBytes(count: 32, from: random)
        let entries = try await entries(migration, key, newRootKey)
        do {
            try await barrier.unseal(rootKey: rootKey)
            try await barrier.rekey(rootKey: newRootKey, plain: entries)
        } catch {
            barrier.seal()
            throw error
        }
        log.warning(
            "seal migration complete",
            metadata: [
                "from": .string(migration.from?.type ?? "shamir"), "to": .string(migration.to?.type ?? "shamir"),
            ])
        try await open(newRootKey)
    }

    /// Nil when the shares are not those of this server.
    private func formerRootKey(_ migration: SealMigration, _ key: SecretBytes) async throws -> SecretBytes? {
        let proof = KeyProof(seal: seal, barrier: barrier, automatic: migration.from)
        let stored = try await proof.storedRootKey()
        guard let from = migration.from else { return try? StoredRootKey.open(stored, with: key) }
        guard try await proof.isRecoveryKey(key, of: from) else { return nil }
        return try await from.rootKey(in: stored)
    }

    private func entries(
        _ migration: SealMigration, _ key: SecretBytes, _ rootKey: SecretBytes
    ) async throws -> [StorageKey: WriteBatch.Change] {
        var shares = migration.shares
        shares.type = "shamir"
        guard let group = migration.to else {
            return [
                SealConfiguration.path: .put(shares.encoded()),
                StoredRootKey.path: .put(try StoredRootKey.seal(rootKey, with: key, random: random)),
                SealConfiguration.recoveryPath: .delete, KeyProof.recoveryKeyPath: .delete,
            ]
        }
        var entries = try await group.entries(rootKey: rootKey, needsAll: true)
        do throws(SealFailure) {
            entries[KeyProof.recoveryKeyPath] = .put(try await group.wrap(key, needsAll: true))
        } catch {
            throw EngineError(seal: error)
        }
        entries[SealConfiguration.recoveryPath] = .put(shares.encoded())
        return entries
    }
}

extension SealGroup {
    /// What is stored about a root key under this seal.
    func entries(
        rootKey: SecretBytes, needsAll: Bool
    ) async throws(EngineError) -> [StorageKey: WriteBatch.Change] {
        var configuration = SealConfiguration(shares: 1, threshold: 1)
        configuration.type = type
        do throws(SealFailure) {
            let record = try await wrap(StoredRootKey.list(rootKey), needsAll: needsAll)
            return [SealConfiguration.path: .put(configuration.encoded()), StoredRootKey.path: .put(record)]
        } catch {
            throw EngineError(seal: error)
        }
    }
}
