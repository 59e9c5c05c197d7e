internal import CofferBase
internal import CofferFramework
internal import CofferJSON
package import TokenService

extension Request {
    /// Remembers a refusal for those who may ask why. The answer gets nothing but its id.
    ///
    /// What is refused in another way than by 403, such as by a quota, is remembered when its reason is known.
    func remembering(_ answer: consuming Answer, _ denial: Denial?) -> Answer {
        guard case .failure(let error) = answer.content, error.kind == .denied || error.cause != nil else {
            return answer
        }
        core.denials.note(
            DenialRecord(
                id: id, time: core.clock.now, operation: operation, namespace: namespace,
                path: Self.short(policyPath),
                remoteAddress: incoming.origin.remoteAddress, subject: token.map(DenialRecord.Subject.init),
                cause: DenialRecord.Cause(denial, error),
                parameters: fields.keys.prefix(64).map(Self.short), needsSudo: needsSudo),
            isFrequent: denial?.isFrequent == true)
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
        if case .policy(let decision)? = denial {
            self = .policy(decision)
        } else if let cause = error.cause {
            self = .named(cause)
        } else {
            self = .other(error.joinedTexts)
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
