internal import CofferFramework
internal import CofferStorage

/// Which key a rekey replaces.
enum RekeyTarget: Sendable {
    /// The one whose shares open the server, and the root key with it; with a seal that opens by itself, the root
    /// key alone.
    case unsealKey
    /// The one whose shares prove who may do what the seal alone does not allow.
    case recoveryKey

    static let notSupported = EngineError.badRequest("recovery rekeying not supported")

    /// As refusals name it.
    var word: String { self == .unsealKey ? "barrier" : "recovery" }

    var backupPath: StorageKey { self == .unsealKey ? SharesBackup.path : SharesBackup.recoveryPath }

    /// - Throws: `badRequest` for what this seal cannot give.
    func check(_ plan: RekeyPlan, isAutomatic: Bool) throws(EngineError) {
        switch self {
        case .recoveryKey: if !isAutomatic { throw Self.notSupported }
        case .unsealKey:
            guard isAutomatic else { return }
            let hasHolders = !plan.pgpKeys.isEmpty || plan.backup || plan.requiresVerification
            guard plan.shares == 1, plan.threshold == 1, !hasHolders else {
                throw .badRequest(
                    "the seal keeps the root key, so there are no shares of it: secret_shares and secret_threshold must "
                        + "be 1, without PGP keys, backup and verification; shares of the recovery key are replaced by "
                        + "sys/rekey-recovery-key")
            }
        }
    }
}
