internal import CofferBase
internal import CofferFramework
internal import CofferJSON
package import TokenService

extension Request {
    /// Remembers a refusal for those who may ask why. The answer gets nothing but its id.
    func remembering(_ answer: Answer, _ verdict: Verdict) -> Answer {
        guard case .failure(let error) = answer.content, error.kind == .denied else { return answer }
        core.denials.note(
            DenialRecord(
                id: id, time: core.clock.now, operation: operation, namespace: namespace,
                path: Self.short(policyPath),
                remoteAddress: incoming.origin.remoteAddress, subject: token.map(DenialRecord.Subject.init),
                cause: DenialRecord.Cause(verdict.denial, error),
                parameters: fields.keys.prefix(64).map(Self.short), needsSudo: needsSudo))
        var answer = answer
        answer.headers.append(Reply.Header("X-Coffer-Deny-Id", id))
        return answer
    }

    /// Whether the path wants `sudo` beside the capability of the operation.
    var needsSudo: Bool {
        let sudo = location?.traits.sudo ?? []
        return sudo.contains(operation) || (operation == .create && sudo.contains(.update))
    }

    /// Strangers choose these texts: what is kept of them is bounded.
    private static func short(_ text: String) -> String { String(text.prefix(512)) }
}

extension DenialRecord.Subject {
    package init(_ token: LiveToken) {
        self.init(
            accessor: token.entry.accessor, displayName: token.entry.displayName, entityID: token.entry.entityID,
            policies: token.entry.policies, namespaceID: token.entry.namespaceID)
    }
}

extension DenialRecord.Cause {
    init(_ denial: Denial?, _ error: EngineError) {
        switch denial {
        case .policy(let decision)?: self = .policy(decision)
        case .missingToken?: self = .token(code: "missing_token", text: "The request carried no token.")
        case .token(let refusal)?: self = .token(code: refusal.code, text: refusal.text)
        case .entity(.unknown)?:
            self = .token(code: "unknown_entity", text: "The entity of the token was deleted.")
        case .foreignToken?:
            self = .token(
                code: "foreign_namespace", text: "The token belongs to a namespace that is not above the request's.")
        case .entity(.disabled)?: self = .token(code: "disabled_entity", text: "The entity of the token is disabled.")
        default: self = .other(error.joinedTexts)
        }
    }
}

extension TokenRefusal {
    package var code: String {
        switch self {
        case .unknown: "unknown_token"
        case .expired: "expired_token"
        case .usedUp: "used_up_token"
        case .revoked: "revoked_token"
        case .addressNotBound: "address_not_bound"
        case .wrappingToken: "invalid_wrapping_token"
        }
    }

    package var text: String {
        switch self {
        case .unknown: "No such token: it was never issued here, it was revoked, or it expired and is removed."
        case .expired: "The token has expired."
        case .usedUp: "The token has no uses left."
        case .revoked: "The token is revoked."
        case .addressNotBound: "The token is bound to networks that the caller's address is not in."
        case .wrappingToken: "The wrapping token was used, has expired, or never existed."
        }
    }
}
