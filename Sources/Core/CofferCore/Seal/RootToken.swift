internal import CofferFramework
internal import TokenService

extension Tokens {
    /// An orphan service token with the root policy that never ends.
    /// - Parameter id: nil draws one.
    func issueRoot(id: String?, maximumTTL: Duration) async throws -> String {
        var grant = AuthGrant(displayName: "root", policies: ["root"])
        grant.customID = id
        grant.noDefaultPolicy = true
        grant.renewable = false
        let context = IssueContext(
            path: "auth/token/root", namespace: .root, mountDefaultTTL: .zero, mountMaximumTTL: maximumTTL)
        return try await issue(grant, context).auth.clientToken
    }
}
