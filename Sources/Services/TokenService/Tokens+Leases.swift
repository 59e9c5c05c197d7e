internal import CofferBase
internal import CofferFramework
package import CofferStorage
package import LeaseService

extension Tokens {
    /// Registers what an engine gave out under the token that asked for it (`lease.tokenKey`).
    ///
    /// `settled` is an entry of the engine's that goes in the same commit.
    /// - Throws: `permissionDenied` when that token is being revoked: the lease would outlive it.
    package func register(_ lease: Lease, settling settled: (view: StorageView, key: StorageKey)? = nil) async throws {
        try await view.transaction { transaction in
            if !lease.tokenKey.isEmpty {
                guard ending.enter(lease.tokenKey, &transaction),
                    let stored = try await transaction.get(Self.idKey(lease.tokenKey)),
                    try TokenEntry(encoded: stored).uses != TokenEntry.revoking
                else { throw EngineError.permissionDenied }
            }
            try await leases.stage(lease, replacing: nil, in: &transaction)
            if let settled { try await transaction.within(settled.view) { $0.delete(settled.key) } }
        }
        leases.announce(lease.expireTime)
    }
}
