extension DenialReason {
    /// A word for programs.
    package var code: String {
        switch self {
        case .noMatchingRule: "no_matching_rule"
        case .explicitDeny: "explicit_deny"
        case .missingCapability: "missing_capability"
        case .missingSudo: "missing_sudo"
        case .parameterMissing: "parameter_missing"
        case .parameterDenied: "parameter_denied"
        case .parameterNotAllowed: "parameter_not_allowed"
        case .wrappingRequired: "wrapping_required"
        case .wrappingTTLTooShort: "wrapping_ttl_too_short"
        case .wrappingTTLTooLong: "wrapping_ttl_too_long"
        case .pageTooLarge: "page_too_large"
        case .templateFailed: "template_failed"
        }
    }

    /// A sentence for people.
    /// - Parameter rule: the deciding rule as `"secret/*" of policy "app"`.
    package func text(_ rule: String) -> String {
        switch self {
        case .noMatchingRule: "No rule of the token's policies matches the path."
        case .explicitDeny: "The rule \(rule) denies everything at the path."
        case .missingCapability(let capability):
            "The rule \(rule) decides, and lacks the capability \"\(capability.rawValue)\"."
        case .missingSudo: "The path needs the capability \"sudo\" beside the ordinary one; the rule \(rule) lacks it."
        case .parameterMissing(let name): "The rule \(rule) requires the parameter \"\(name)\", which was not given."
        case .parameterDenied(let name): "The rule \(rule) denies the parameter \"\(name)\" or its value."
        case .parameterNotAllowed(let name): "The rule \(rule) does not allow the parameter \"\(name)\" or its value."
        case .wrappingRequired: "The rule \(rule) allows wrapped answers only: ask with a wrapping TTL."
        case .wrappingTTLTooShort: "The wrapping TTL is shorter than the rule \(rule) allows."
        case .wrappingTTLTooLong: "The wrapping TTL is longer than the rule \(rule) allows."
        case .pageTooLarge: "The list asks for more names than the rule \(rule) allows: ask with a limit."
        case .templateFailed:
            "A templated path could not be filled in from the caller's identity, so everything is denied."
        }
    }
}
