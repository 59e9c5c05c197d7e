internal import AuditService
package import CofferBarrier
package import CofferBase
internal import CofferFramework
internal import CofferJSON
internal import CofferStorage
internal import MemoryStorage
internal import OpenPGP
internal import PolicyService
internal import SealService
internal import TokenService

/// What initialisation gives its caller, once.
package struct Initialization: Sendable {
    package let shares: [SecretBytes]
    /// The shares are those of a recovery key: the seal opens the server without them.
    package let isRecovery: Bool
    /// What the holders get, in the order of the shares: the share itself, or a PGP message.
    package let deliveries: [[UInt8]]
    /// The token, or in base64 a PGP message that holds it.
    package let rootToken: String
}

/// How a server shall be initialised.
package struct InitializationPlan: Sendable {
    /// How the unseal key is shared; where a seal opens the server by itself, how the recovery key is.
    package var seal: SealConfiguration
    /// Nil draws one.
    package var rootTokenID: String?
    /// A public key that hides the root token; empty for none.
    package var rootTokenPGPKey = ""
    /// Otherwise nobody gets one, and `Initialization.rootToken` is empty.
    package var makesRootToken = true
    /// Whether requests of the configuration are to be made once the server is open.
    package var notesRequests = false

    package init(_ seal: SealConfiguration, rootTokenID: String? = nil) {
        self.seal = seal
        self.rootTokenID = rootTokenID
    }
}

extension Core {
    package func isInitialized() async throws -> Bool { try await barrier.isInitialized() }

    /// Makes keys, default mounts, default policy and root token.
    ///
    /// All of it is made in memory first and then moved to the storage in one
    /// commit, so that a crash leaves either nothing or a whole server.
    /// - Parameter deliver: hands the keys over; nothing is stored when it throws.
    package func initialize(
        _ plan: InitializationPlan, deliver: (Initialization) async throws -> Void = { _ in }
    ) async throws -> Initialization {
        let seal = plan.seal
        try check(seal)
        if try await isInitialized() { throw EngineError.badRequest("Vault is already initialized") }
        let holders = try KeyHolders(pgpKeys: seal.pgpKeys, at: clock.now)
        guard holders.isEmpty || holders.count == seal.shares else {
            throw EngineError.badRequest("incorrect number of PGP keys")
        }
        let tokenHolder = try plan.rootTokenPGPKey.isEmpty ? nil : KeyHolders.key(plan.rootTokenPGPKey, at: clock.now)
        let staging = MemoryStorage()
        let scratch = Barrier(storage: staging, clock: clock, random: random)
        let rootKey = try SecretBytes(count: 32, from: random)
        let keys = try await firstKeys(rootKey, seal)
        try await scratch.initialize(rootKey: rootKey)
        try await scratch.unseal(rootKey: rootKey)
        let services = try await openServices(over: scratch)
        try await services.policies.ensureDefault()
        // A server that could not be audited as its configuration wants must not come to be.
        try await services.audit.declare(configuration.declaredAuditDevices)
        defer { services.audit.close() }
        let token = try await rootToken(plan, services, for: tokenHolder)
        if plan.notesRequests {
            try await StorageView(scratch, prefix: "").put(InitialRequestsNote.path, Array("0".utf8))
        }
        let made = Initialization(
            shares: keys.shares, isRecovery: automaticSeals != nil,
            deliveries: try holders.delivered(keys.shares, at: clock.now, random: random), rootToken: token)
        try await deliver(made)
        try await move(staging, keys.entries)
        scratch.seal()
        return made
    }

    /// As its holder gets it; empty when nobody shall have one.
    private func rootToken(
        _ plan: InitializationPlan, _ services: Services, for holder: PGPPublicKey?
    ) async throws -> String {
        guard plan.makesRootToken else { return "" }
        let token = try await services.tokens.issueRoot(id: plan.rootTokenID, maximumTTL: configuration.maximumTTL)
        guard let holder else { return token }
        return Base64.standard.encode(
            try KeyHolders.encrypt(Array(token.utf8), for: holder, at: clock.now, random: random))
    }

    /// The shares, and what is stored about the seal.
    private func firstKeys(
        _ rootKey: SecretBytes, _ seal: SealConfiguration
    ) async throws -> (shares: [SecretBytes], entries: [StorageKey: WriteBatch.Change]) {
        guard let automaticSeals else {
            let (unsealKey, shares) = try self.seal.makeKey(seal)
            let stored = try StoredRootKey.seal(rootKey, with: unsealKey, random: random)
            return (shares, [SealConfiguration.path: .put(seal.encoded()), StoredRootKey.path: .put(stored)])
        }
        var entries = try await automaticSeals.entries(rootKey: rootKey, needsAll: true)
        if seal.shares == 0 { return ([], entries) }
        let (recoveryKey, shares) = try self.seal.makeKey(seal)
        do throws(SealFailure) {
            entries[KeyProof.recoveryKeyPath] = .put(try await automaticSeals.wrap(recoveryKey, needsAll: true))
        } catch {
            throw EngineError(seal: error)
        }
        entries[SealConfiguration.recoveryPath] = .put(seal.encoded())
        return (shares, entries)
    }

    private func move(
        _ staging: MemoryStorage, _ entries: [StorageKey: WriteBatch.Change]
    ) async throws {
        var batch = WriteBatch(epoch: try await storage.acquireEpoch())
        for key in try await staging.scan("", after: nil, limit: .max) {
            guard let entry = try await staging.get(key) else { continue }
            batch.changes[key] = .put(entry.value)
        }
        for (key, change) in entries { batch.changes[key] = change }
        // Two callers at once: the second finds the keyring and fails.
        batch.expected["core/keyring"] = 0
        do throws(StorageError) {
            try await storage.commit(batch)
        } catch .conflict {
            throw EngineError.badRequest("Vault is already initialized")
        }
    }

    private func check(_ seal: SealConfiguration) throws(EngineError) {
        // Without recovery shares nobody can do what the seal alone does not allow, as in Vault.
        if automaticSeals != nil, seal.shares == 0, seal.threshold == 0 { return }
        guard (1...255).contains(seal.shares), (1...seal.shares).contains(seal.threshold),
            seal.shares == 1 || seal.threshold > 1
        else { throw .badRequest(Self.badCounts(seal)) }
    }

    private static func badCounts(_ seal: SealConfiguration) -> String {
        if seal.shares < 1 { return "secret shares must be at least 1" }
        if seal.shares > 255 { return "secret shares must be at most 255" }
        if seal.threshold < 1 { return "secret threshold must be at least 1" }
        if seal.threshold > seal.shares { return "secret threshold cannot be larger than secret shares" }
        return "secret threshold must be greater than one if secret shares is greater than one"
    }
}
