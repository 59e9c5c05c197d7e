internal import CofferBarrier
internal import CofferBase
internal import CofferFramework
internal import CofferStorage
internal import Logging
internal import SealService

extension Core {
    /// What came of an attempt to open without people.
    package enum Opening: Sendable, Equatable {
        case opened
        case uninitialized
        /// People are needed: no seal opens by itself, or a migration waits for them.
        case needsShares
    }

    /// Opens the server by its seals, if they are those that sealed it.
    /// - Throws: when no seal could open it, or the server behind it could not start.
    @discardableResult
    package func openBySeal() async throws -> Opening {
        if isOpen { return .opened }
        switch try await sealSituation() {
        case .uninitialized: return .uninitialized
        case .shares, .migration: return .needsShares
        case .automatic:
            guard let automaticSeals else { return .needsShares }
            guard let stored = try await storage.get(StoredRootKey.path) else {
                throw EngineError.internal("the stored root key is missing")
            }
            let rootKey: SecretBytes
            do throws(SealFailure) {
                guard let key = StoredRootKey.key(inList: try await automaticSeals.unwrap(stored.value)) else {
                    throw SealFailure(.wrongKey, "what the seal has wrapped is no root key")
                }
                rootKey = key
            } catch {
                log.error("the seal could not open the server", metadata: ["reason": .string(error.text)])
                throw EngineError(seal: error)
            }
            try await open(rootKey)
            return .opened
        }
    }

    /// The same, where a failure only means that it will be tried again.
    package func openBySealIfPossible() async {
        do {
            try await openBySeal()
        } catch {
            log.warning("the server could not be opened by its seal yet")
            await controls.sealWatch.value?.setOpens(true)
        }
    }

    /// What the seals keep, wrapped anew where a seal is missing in it or has a newer key.
    /// - Returns: whether something was written.
    @discardableResult
    package func rewrap(always: Bool = false) async throws -> Bool {
        guard services != nil, let automaticSeals, let rootKey = barrier.rootKey,
            case .automatic = try await sealSituation(),
            let stored = try await storage.get(StoredRootKey.path)
        else { return false }
        let recovery = try await storage.get(KeyProof.recoveryKeyPath)
        let isCurrent =
            automaticSeals.isCurrent(stored.value) && recovery.map { automaticSeals.isCurrent($0.value) } ?? true
        if isCurrent && !always { return false }
        var batch = WriteBatch(epoch: barrier.epoch)
        batch.expected = [StoredRootKey.path: stored.version, KeyProof.recoveryKeyPath: recovery?.version ?? 0]
        do throws(SealFailure) {
            batch.changes[StoredRootKey.path] = .put(
                try await automaticSeals.wrap(StoredRootKey.list(rootKey), needsAll: true))
            if let recovery {
                let key = try await automaticSeals.unwrap(recovery.value)
                batch.changes[KeyProof.recoveryKeyPath] = .put(try await automaticSeals.wrap(key, needsAll: true))
            }
        } catch {
            log.warning("keys could not be wrapped anew by all seals", metadata: ["reason": .string(error.text)])
            throw EngineError(seal: error)
        }
        var configuration = SealConfiguration(shares: 1, threshold: 1)
        configuration.type = automaticSeals.type
        batch.changes[SealConfiguration.path] = .put(configuration.encoded())
        try await storage.commit(batch)
        log.info("root key and recovery key were wrapped anew by the seals")
        return true
    }

    /// Whether every configured seal can open what is stored.
    package func isFullyWrapped() async throws -> Bool {
        guard let automaticSeals, let stored = try await storage.get(StoredRootKey.path) else { return false }
        return automaticSeals.isCurrent(stored.value)
    }
}
