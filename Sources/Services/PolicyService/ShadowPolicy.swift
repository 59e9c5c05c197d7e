/// A candidate for a policy: decided on beside the one of its name, and without effect.
package struct ShadowPolicy: Sendable {
    package let policy: Policy
    package let report: ShadowReport

    /// The policies of a caller with the candidate in place of the one of its name.
    func replacing(in policies: [Policy]) -> [Policy] { policies.filter { $0.name != policy.name } + [policy] }
}

/// What a candidate makes of one set of policies.
package struct ShadowACL: Sendable {
    let acl: ACL
    let report: ShadowReport

    /// Decides the request once more, and keeps what would have been different.
    package func note(_ question: AuthorizationRequest, _ live: Decision, _ request: ShadowedRequest) {
        report.note(request, live: live, candidate: acl.decide(question))
    }
}
