internal import CofferBase
internal import CofferCore
internal import CofferFramework
internal import CofferJSON

/// New shares of the unseal key or of the recovery key, made by the holders of the old ones.
struct RekeyPaths {
    let core: Core
    private let isRecovery: Bool

    init(core: Core) { self.init(core: core, isRecovery: false) }

    private init(core: Core, isRecovery: Bool) {
        self.core = core
        self.isRecovery = isRecovery
    }

    var paths: [Path] { own + RekeyPaths(core: core, isRecovery: true).own }

    private var own: [Path] { [attempt, update, verification, backup] }

    private var prefix: String { isRecovery ? "rekey-recovery-key/" : "rekey/" }

    private var rekey: Rekey {
        get throws {
            let ceremonies = try core.open().ceremonies
            return isRecovery ? ceremonies.recoveryRekey : ceremonies.rekey
        }
    }

    /// The reference's names are not made by one rule.
    private func id(_ name: String, recovery: String) -> String {
        isRecovery ? "rekey-recovery-key-" + recovery : "rekey-" + name
    }

    private static let noBackup = EngineError.badRequest("no backed-up keys found")

    // MARK: sys/rekey/init

    struct InitInput: Sendable {
        var shares: Int64 = 0
        var threshold: Int64 = 0
        var storedShares: Int64 = 0
        var pgpKeys: [String] = []
        var backup = false
        var requiresVerification = false

        static let schema = Schema<InitInput>(
            { InitInput() },
            [
                Field("secret_shares", \.shares, "Number of shares to split the new unseal key into."),
                Field("secret_threshold", \.threshold, "Number of new shares that open the seal."),
                Field("stored_shares", \.storedShares, "Without meaning for a seal with shares."),
                Field("pgp_keys", \.pgpKeys, "PGP public keys, one for each new share."),
                Field("backup", \.backup, "Keep the PGP-encrypted shares in the storage too."),
                Field(
                    "require_verification", \.requiresVerification,
                    "Keep the old shares valid until the new ones were given back once."),
            ])
    }

    private var attempt: Path {
        Path(
            prefix + "init", "Begin, cancel or look at a rekey.",
            traits: CeremonyTraits.beginning(.rekey, core),
            [
                Verb(.read, id("attempt-read-progress", recovery: "read-init"), "How far the rekey is.") { _ in
                    .bare(try await status())
                },
                Verb(.update, id("attempt-initialize", recovery: "init"), "Begin a rekey.", InitInput.schema) {
                    _, input in
                    try await begin(input)
                },
                Verb(
                    .delete, id("attempt-cancel", recovery: "cancel-init"), "Cancel the rekey in progress.",
                    NonceInput.schema
                ) { _, input in
                    try rekey.cancel(nonce: input.nonce)
                    return .empty
                },
            ])
    }

    private func begin(_ input: InitInput) async throws -> Reply {
        if input.backup && input.pgpKeys.isEmpty {
            throw EngineError.badRequest(
                "cannot request a backup of the new keys without providing PGP keys for encryption")
        }
        guard input.pgpKeys.isEmpty || Int64(input.pgpKeys.count) == input.shares else {
            throw EngineError.badRequest("incorrect number of PGP keys for rekey")
        }
        try await rekey.begin(
            RekeyPlan(
                shares: Int(clamping: input.shares), threshold: Int(clamping: input.threshold),
                requiresVerification: input.requiresVerification, pgpKeys: input.pgpKeys, backup: input.backup))
        return .bare(try await status())
    }

    private func status() async throws -> JSON {
        let status = try await rekey.status()
        var object: JSONObject = [
            "nonce": .string(status.nonce), "started": .bool(status.plan != nil),
            "t": .int(status.plan?.threshold ?? 0),
            "n": .int(status.plan?.shares ?? 0), "progress": .int(status.progress), "required": .int(status.required),
            "pgp_fingerprints": Self.list(status.fingerprints), "backup": .bool(status.plan?.backup ?? false),
            "verification_required": .bool(status.plan?.requiresVerification ?? false),
        ]
        if let verification = status.verification { object["verification_nonce"] = .string(verification.nonce) }
        return .object(object)
    }

    /// Null without PGP keys, as Vault has it.
    private static func list(_ fingerprints: [String]) -> JSON {
        fingerprints.isEmpty ? .null : .strings(fingerprints)
    }

    // MARK: sys/rekey/update

    private var update: Path {
        Path(
            prefix + "update", "Give one share for the rekey.", traits: CeremonyTraits.going(.rekey, core),
            [
                Verb(.update, id("attempt-update", recovery: "update"), "Give one share.", ShareInput.schema) {
                    _, input in
                    let step = try await rekey.add(try input.share(), nonce: input.nonce)
                    guard case .complete(let new, let effect) = step else { return .bare(try await status()) }
                    return Reply.bare(Self.completion(new, nonce: input.nonce)).afterAudit(effect)
                }
            ])
    }

    private static func completion(_ new: NewShares, nonce: String) -> JSON {
        var object: JSONObject = [
            "nonce": .string(nonce), "complete": true,
            "keys": .strings(new.deliveries.map { Hex.encode($0) }),
            "keys_base64": .strings(new.deliveries.map { Base64.standard.encode($0) }),
            "pgp_fingerprints": list(new.fingerprints), "backup": .bool(new.plan.backup),
            "verification_required": .bool(!new.verificationNonce.isEmpty),
        ]
        if !new.verificationNonce.isEmpty { object["verification_nonce"] = .string(new.verificationNonce) }
        return .object(object)
    }

    // MARK: sys/rekey/verify

    private var verification: Path {
        Path(
            prefix + "verify", "Give the new shares back, to prove that they arrived.",
            traits: CeremonyTraits.going(.rekey, core),
            [
                Verb(.read, id("verification-read-progress", recovery: "read-verify"), "How far the verification is.") {
                    _ in
                    .bare(try await verificationStatus())
                },
                Verb(.update, id("verification-update", recovery: "verify"), "Give one new share.", ShareInput.schema) {
                    _, input in
                    let step = try await rekey.verify(try input.share(), nonce: input.nonce)
                    guard case .complete(_, let effect) = step else { return .bare(try await verificationStatus()) }
                    return Reply.bare(["nonce": .string(input.nonce), "complete": true]).afterAudit(effect)
                },
                Verb(
                    .delete, id("verification-cancel", recovery: "cancel-verify"), "Begin the verification anew.",
                    NonceInput.schema
                ) { _, _ in
                    try rekey.restartVerification()
                    return .bare(try await verificationStatus())
                },
            ])
    }

    private func verificationStatus() async throws -> JSON {
        let status = try await rekey.status()
        guard let plan = status.plan, let verification = status.verification else {
            throw EngineError.badRequest(
                status.plan == nil ? "no barrier rekey in progress" : "no rekey verification in progress")
        }
        return [
            "nonce": .string(verification.nonce), "started": true, "t": .int(plan.threshold), "n": .int(plan.shares),
            "progress": .int(verification.progress),
        ]
    }

    // MARK: sys/rekey/backup

    private var backup: Path {
        let stored = isRecovery ? SharesBackup.recoveryPath : SharesBackup.path
        let suffix = isRecovery ? "recovery-key" : "key"
        return Path(
            isRecovery ? "rekey/recovery-key-backup" : "rekey/backup", "The backup of PGP-encrypted shares.",
            traits: .traits { $0.isDoubled = true },
            [
                Verb(.read, "rekey-read-backup-" + suffix, "Read the backup.") { _ in
                    guard let backup = try await core.sharesBackup(at: stored) else { throw Self.noBackup }
                    return .data([
                        "nonce": .string(backup.nonce), "keys": backup.keys { Hex.encode($0) },
                        "keys_base64": backup.keys { Base64.standard.encode($0) },
                    ])
                },
                Verb(.delete, "rekey-delete-backup-" + suffix, "Delete the backup.") { _ in
                    try await core.deleteSharesBackup(at: stored)
                    return .empty
                },
            ])
    }
}
