internal import CofferFramework
internal import IdentityService
internal import TokenService

/// A login that has passed its method and still lacks its second factors: it waits for `sys/mfa/validate`.
package struct PendingLogin: Sendable {
    package let entityID: String
    /// Names of the enforcements that asked.
    package let enforcements: [String]
    let grant: AuthGrant
    let context: IssueContext
    let alias: LoginAlias

    package var mountAccessor: String { alias.mountAccessor }
}
