internal import CofferBarrier
internal import CofferBase
internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import CofferStorage
internal import SealService

/// Initialising, unsealing and sealing.
struct SealPaths {
    let core: Core

    var paths: [Path] { [initialization, unseal, sealStatus, seal] }

    /// What is left of it in recovery mode.
    var recoveryPaths: [Path] { [sealStatus] }

    private static let open = PathTraits.traits {
        $0.whenSealed = true
        $0.unauthenticated = [.read, .update]
        $0.isNeverWrapped = true
        $0.isLocalOnly = true
    }

    // MARK: sys/init

    struct InitInput: Sendable {
        var shares: Int64 = 0
        var threshold: Int64 = 0
        var pgpKeys: [String] = []
        var rootTokenPGPKey = ""
        var storedShares: Int64 = 0
        var recoveryShares: Int64 = 0
        var recoveryThreshold: Int64 = 0
        var recoveryPGPKeys: [String] = []

        static let schema = Schema<InitInput>(
            { InitInput() },
            [
                Field("secret_shares", \.shares, "Number of shares to split the unseal key into."),
                Field("secret_threshold", \.threshold, "Number of shares that open the seal."),
                Field("pgp_keys", \.pgpKeys, "PGP public keys, one for each share."),
                Field("root_token_pgp_key", \.rootTokenPGPKey, "PGP public key for the root token."),
                Field("stored_shares", \.storedShares, "Shares kept by an auto-unseal mechanism."),
                Field("recovery_shares", \.recoveryShares, "Recovery shares, with auto-unseal."),
                Field("recovery_threshold", \.recoveryThreshold, "Recovery threshold, with auto-unseal."),
                Field("recovery_pgp_keys", \.recoveryPGPKeys, "PGP public keys for recovery shares."),
            ])

        /// Recovery shares exist where a seal opens the server by itself, and unseal shares where none does.
        func refusal(by seal: SealGroup?) -> EngineError? {
            let unseal = [
                ("secret_shares", shares != 0), ("secret_threshold", threshold != 0), ("pgp_keys", !pgpKeys.isEmpty),
            ]
            let recovery = [
                ("recovery_shares", recoveryShares != 0), ("recovery_threshold", recoveryThreshold != 0),
                ("recovery_pgp_keys", !recoveryPGPKeys.isEmpty),
            ]
            let given = (seal == nil ? recovery : unseal).filter(\.1).map(\.0)
            if given.isEmpty { return nil }
            return .badRequest(
                "parameters \(given.joined(separator: ",")) not applicable to seal type \(seal?.type ?? "shamir")")
        }

        func configuration(for seal: SealGroup?) -> SealConfiguration {
            let counts = seal == nil ? (shares, threshold) : (recoveryShares, recoveryThreshold)
            var configuration = SealConfiguration(shares: Int(clamping: counts.0), threshold: Int(clamping: counts.1))
            configuration.pgpKeys = seal == nil ? pgpKeys : recoveryPGPKeys
            return configuration
        }
    }

    private var initialization: Path {
        Path(
            "init", "Initialize the server, or tell whether it is.", traits: Self.open,
            [
                Verb(.read, "read-initialization-status", "Whether the server is initialized.") { _ in
                    .bare(["initialized": .bool(try await core.isInitialized())])
                },
                Verb(.update, "initialize", "Initialize the server.", InitInput.schema) { _, input in
                    try await initialize(input)
                },
            ])
    }

    private func initialize(_ input: InitInput) async throws -> Reply {
        if let refusal = input.refusal(by: core.automaticSeals) { throw refusal }
        var plan = InitializationPlan(input.configuration(for: core.automaticSeals))
        plan.rootTokenPGPKey = input.rootTokenPGPKey
        let made = try await core.initialize(plan)
        let hex = JSON.strings(made.deliveries.map { Hex.encode($0) })
        let base64 = JSON.strings(made.deliveries.map { Base64.standard.encode($0) })
        if !made.isRecovery {
            return .bare(["keys": hex, "keys_base64": base64, "root_token": .string(made.rootToken)])
        }
        // The keys were made and must be told, whatever becomes of the server.
        await core.openBySealIfPossible()
        return .bare([
            "keys": [], "keys_base64": [], "recovery_keys": hex, "recovery_keys_base64": base64,
            "root_token": .string(made.rootToken),
        ])
    }

    // MARK: sys/unseal, sys/seal

    struct UnsealInput: Sendable {
        var key = ""
        var reset = false
        var migrate = false

        static let schema = Schema<UnsealInput>(
            { UnsealInput() },
            [
                Field("key", \.key, "One share of the unseal key, in hexadecimal or base64.").secret,
                Field("reset", \.reset, "Forget the shares given so far."),
                Field("migrate", \.migrate, "The share is for a seal migration."),
            ])
    }

    private var unseal: Path {
        Path(
            "unseal", "Give one share of the unseal key.", traits: Self.open,
            [
                Verb(.update, "unseal", "Give one share of the unseal key.", UnsealInput.schema) { call, input in
                    try await unseal(input, call.redactions)
                }
            ])
    }

    private func unseal(_ input: UnsealInput, _ redactions: Set<Call.Redaction>) async throws -> Reply {
        if input.reset {
            core.resetUnseal()
            return .bare(try await status(redactions))
        }
        if input.key.isEmpty {
            throw EngineError.badRequest("'key' must be specified in request body as JSON, or 'reset' set to true")
        }
        guard var bytes = Hex.decode(input.key) ?? Base64.standard.decode(input.key) else {
            throw EngineError.badRequest("'key' must be a valid hex or base64 string")
        }
        defer { zero(&bytes) }
        try await core.unseal(with: SecretBytes(copying: bytes), migrate: input.migrate)
        return .bare(try await status(redactions))
    }

    private var seal: Path {
        let sudo = PathTraits.traits {
            $0.sudo = [.update]
            $0.isLocalOnly = true
        }
        return Path(
            "seal", "Seal the server.", traits: sudo,
            [
                Verb(.update, "seal", "Seal the server.") { _ in
                    await core.keepSealed()
                    await core.sealNow()
                    return .empty
                }
            ])
    }

    // MARK: sys/seal-status

    private var sealStatus: Path {
        Path(
            "seal-status", "State of the seal.", traits: Self.open,
            [
                Verb(.read, "seal-status", "State of the seal.") { call in .bare(try await status(call.redactions)) },
                Verb(.update, "seal-status2", "State of the seal.") { call in
                    .bare(try await status(call.redactions))
                },
            ])
    }

    private func status(_ redactions: Set<Call.Redaction>) async throws -> JSON {
        let hidesVersion = redactions.contains(.version)
        let seal = SealState(try await core.sealSituation())
        let progress = core.seal.state
        let isOpen = core.isOpen
        var object: JSONObject = [
            "type": .string(core.automaticSeals?.type ?? "shamir"), "initialized": .bool(seal.isInitialized),
            "sealed": .bool(!isOpen),
            "t": .int(seal.shares?.threshold ?? 0), "n": .int(seal.shares?.shares ?? 0),
            "progress": .int(isOpen ? 0 : progress.progress),
            "nonce": .string(isOpen ? "" : progress.nonce),
            "version": .string(hidesVersion ? "" : core.configuration.reportedVersion),
            "build_date": .string(hidesVersion ? "" : core.configuration.buildDate),
            "migration": .bool(seal.isMigrating),
        ]
        if let cluster = core.clusterIdentity {
            if !redactions.contains(.clusterName) { object["cluster_name"] = .string(cluster.name) }
            object["cluster_id"] = .string(cluster.id)
        }
        object["recovery_seal"] = .bool(core.automaticSeals != nil)
        if core.automaticSeals != nil, let shares = seal.shares { object["recovery_seal_type"] = .string(shares.type) }
        object["storage_type"] = .string(core.storage.type)
        if !hidesVersion { object["coffer_version"] = .string(core.configuration.ownVersion) }
        return .object(object)
    }

    /// What of the situation the status tells.
    private struct SealState {
        let isInitialized: Bool
        let isMigrating: Bool
        let shares: SealConfiguration?

        init(_ situation: SealSituation) {
            switch situation {
            case .uninitialized: (isInitialized, isMigrating, shares) = (false, false, nil)
            case .shares(let configuration): (isInitialized, isMigrating, shares) = (true, false, configuration)
            case .automatic(let recovery): (isInitialized, isMigrating, shares) = (true, false, recovery)
            case .migration(let migration): (isInitialized, isMigrating, shares) = (true, true, migration.shares)
            }
        }
    }
}
