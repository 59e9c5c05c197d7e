internal import CofferBase
internal import CofferFramework
internal import CofferStorage
package import LeaseService

extension Tokens {
    /// Registers what an engine gave out under the token that asked for it (`lease.tokenKey`).
    /// - Throws: `permissionDenied` when that token is being revoked: the lease would outlive it.
    package func register(_ lease: Lease) async throws {
        try await view.transaction { transaction in
            if !lease.tokenKey.isEmpty {
                guard let stored = try await transaction.get(Self.idKey(lease.tokenKey)),
                    try TokenEntry(encoded: stored).uses != TokenEntry.revoking
                else { throw EngineError.permissionDenied }
            }
            try await leases.stage(lease, replacing: nil, in: &transaction)
        }
        leases.announce(lease.expireTime)
    }
}
