internal import CofferBase

/// What a role or user of an auth method says about the tokens of its logins; the same for all methods.
package struct TokenParameters: Sendable {
    package var policies: [String] = []
    /// Zero leaves it to the mount, as do the other lifetimes.
    package var ttl: Duration = .zero
    package var maximumTTL: Duration = .zero
    package var explicitMaximumTTL: Duration = .zero
    package var period: Duration = .zero
    package var numberOfUses: Int64 = 0
    /// `default` leaves it to the mount.
    package var type = "default"
    package var boundCIDRs: [String] = []
    package var noDefaultPolicy = false
    /// Old names that the latest write used.
    private var oldNames: Set<String> = []

    package init() {}

    private typealias Own = Field<TokenParameters>

    private static let fields: [Own] = [
        Own("token_bound_cidrs", \.boundCIDRs, "Networks (CIDR) that may use the tokens; empty for all."),
        Own("token_explicit_max_ttl", \.explicitMaximumTTL, "Longest life of the tokens, whatever else changes."),
        Own("token_max_ttl", \.maximumTTL, "Longest life of the tokens, renewals included."),
        Own("token_no_default_policy", \.noDefaultPolicy, "Leave out the policy \"default\"."),
        Own("token_num_uses", \.numberOfUses, "How often the tokens may be used; 0 for any number of times."),
        Own("token_period", \.period, "Makes the tokens periodic: each renewal gives them this long."),
        Own("token_policies", \.policies, "Policies of the tokens."),
        Own("token_ttl", \.ttl, "First lifetime of the tokens."),
        Own("token_type", \.type, "Type of the tokens: default, service or batch."),
    ]

    /// The fields for a record that holds its parameters at `part`.
    /// - Parameter oldNames: old name → new name; what the method took before the names were made the same.
    package static func fields<Record: Sendable>(
        in part: any WritableKeyPath<Record, TokenParameters> & Sendable, oldNames: KeyValuePairs<String, String> = [:]
    ) -> [Field<Record>] {
        let aliases = oldNames.compactMap { old, new in
            fields.first { $0.descriptor.name == new }?.oldName(old, used: \TokenParameters.oldNames)
        }
        return (fields + aliases).map { $0.within(part) }
    }
}

extension TokenParameters {
    /// Brings what was written into its one form.
    /// - Returns: warnings.
    /// - Throws: `badRequest` when the parameters contradict each other.
    package mutating func validate(at mount: MountReference) throws(EngineError) -> [String] {
        var warnings: [String] = []
        switch type {
        case "", "default": type = "default"
        case "service", "batch": break
        case "default-service", "default-batch":
            let plain = String(type.dropFirst("default-".count))
            warnings.append("\(type) has no useful meaning; adjusting to \(plain)")
            type = plain
        default: throw .badRequest("invalid 'token_type' value")
        }
        if numberOfUses < 0 { throw .badRequest("'token_num_uses' cannot be negative") }
        if type == "batch" {
            let reason = "'token_type' cannot be 'batch' or 'default_batch' when set to generate"
            if period > .zero { throw .badRequest("\(reason) periodic tokens") }
            if numberOfUses > 0 { throw .badRequest("\(reason) tokens with limited use count") }
        }
        if ttl > .zero && maximumTTL > .zero && ttl > maximumTTL {
            throw .badRequest("'token_ttl' cannot be greater than 'token_max_ttl'")
        }
        boundCIDRs = try boundCIDRs.map { (text) throws(EngineError) in try Self.network(text) }
        if maximumTTL > mount.maximumTTL {
            warnings.append(
                "token_max_ttl is greater than the backend mount's maximum TTL value; "
                    + "issued tokens' max TTL value will be truncated")
        }
        return warnings
    }

    /// A network of one address is shown as the address.
    private static func network(_ text: String) throws(EngineError) -> String {
        guard CIDR(text) != nil else { throw .badRequest("a network of 'token_bound_cidrs' cannot be read") }
        for suffix in [text.contains(":") ? "/128" : "/32"] where text.hasSuffix(suffix) {
            return String(text.dropLast(suffix.count))
        }
        return text
    }

    /// Refuses a login or renewal from outside the bound networks.
    package func requireBound(_ origin: Origin) throws(EngineError) {
        guard boundCIDRs.isEmpty || CIDR.any(of: boundCIDRs, contains: origin.remoteAddress) else {
            throw .permissionDenied.because(
                "address_not_bound", "The role or user is bound to networks that the caller's address is not in.")
        }
    }

    /// The token of a login.
    /// - Parameters:
    ///   - displayName: of who logged in; the pipeline puts the mount before it.
    ///   - alias: name of the alias on this mount.
    package func grant(displayName: String, alias: String) -> AuthGrant {
        var grant = AuthGrant(displayName: displayName, policies: policyNames)
        grant.aliasName = alias
        grant.ttl = ttl
        grant.maximumTTL = maximumTTL
        grant.explicitMaximumTTL = explicitMaximumTTL
        grant.period = period
        grant.numberOfUses = numberOfUses
        grant.type = TokenType(rawValue: type)
        grant.boundCIDRs = boundCIDRs
        grant.noDefaultPolicy = noDefaultPolicy
        return grant
    }

    /// Sorted, each once.
    private var policyNames: [String] {
        var all = policies.map { $0.lowercased() }
        if !noDefaultPolicy { all.append("default") }
        all.sort()
        var names: [String] = []
        for name in all where !name.isEmpty && name != names.last { names.append(name) }
        return names
    }

    private var ownPolicies: Set<String> { Set(policies.map { $0.lowercased() }).subtracting([""]) }

    /// Whether a login today would give the token the policies that it has; `default` does not count.
    package func grantsSamePolicies(as token: RenewalCall) -> Bool {
        Set(token.policies).subtracting(["default"]) == ownPolicies.subtracting(["default"])
    }

    package var renewalTerms: RenewalTerms { RenewalTerms(ttl: ttl, maximumTTL: maximumTTL, period: period) }
}
