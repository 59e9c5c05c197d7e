/// The smallest stanza that would allow what was denied.
///
/// It keeps what the deciding rule gives: an exact path takes the place of every wildcard for that path,
/// so a stanza with the missing capability alone would take the others away.
struct PolicySuggestion {
    let request: AuthorizationRequest
    let decision: Decision
    let deciding: CompiledRule?

    var stanza: String? {
        guard !decision.allowed, isExpressible, let needed = neededCapabilities else { return nil }
        var lines = ["path \(Self.quoted(pattern)) {", "  capabilities = [\(list(needed.sorted().map(\.rawValue)))]"]
        if case .parameterNotAllowed(let name)? = decision.reason {
            lines.append("  allowed_parameters = { \(Self.quoted(name)) = [] }")
        }
        return (lines + ["}", ""]).joined(separator: "\n")
    }

    private var neededCapabilities: Set<Capability>? {
        var needed = deciding.map { $0.denies ? [] : $0.capabilities } ?? []
        switch decision.reason {
        case .noMatchingRule?:
            guard let capability = CompiledRule.capability(for: request.operation) else { return [.read] }
            needed.insert(capability)
            if request.needsSudo { needed.insert(.sudo) }
        case .missingCapability(let capability)?:
            needed.insert(capability)
            if request.needsSudo { needed.insert(.sudo) }
        case .missingSudo?: needed.insert(.sudo)
        case .explicitDeny?:
            // A denial of exactly this path cannot be outdone.
            guard deciding?.pattern != pattern, let capability = CompiledRule.capability(for: request.operation)
            else { return nil }
            needed.insert(capability)
            if request.needsSudo { needed.insert(.sudo) }
        case .parameterNotAllowed?: return needed
        // Here the request is to be changed, or a rule; adding one does not help.
        case .parameterMissing?, .parameterDenied?, .wrappingRequired?, .wrappingTTLTooShort?, .wrappingTTLTooLong?,
            .pageTooLarge?, .templateFailed?, nil:
            return nil
        }
        return needed
    }

    /// Where parameters are restricted, the restriction itself has to be widened.
    private var pattern: String {
        if case .parameterNotAllowed? = decision.reason, let deciding { return deciding.pattern }
        return request.path
    }

    /// A path that itself reads as a pattern cannot be named alone.
    private var isExpressible: Bool {
        if case .parameterNotAllowed? = decision.reason { return true }
        return !WildRule.isWild(request.path) && !request.path.contains("{{")
    }

    private func list(_ names: [String]) -> String { names.map(Self.quoted).joined(separator: ", ") }

    /// A string of HCL.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for character in text.unicodeScalars {
            switch character {
            case "\"", "\\": quoted += "\\\(character)"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case "\r": quoted += "\\r"
            default: quoted.unicodeScalars.append(character)
            }
        }
        return quoted + "\""
    }
}
