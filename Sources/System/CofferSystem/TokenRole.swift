internal import CofferBase
internal import CofferFramework
internal import CofferJSON

/// A token role, at `roles/<name>` of the token mount: what tokens made with it are like.
struct TokenRole: Sendable {
    var name = ""
    var allowedPolicies: [String] = []
    var disallowedPolicies: [String] = []
    var allowedPoliciesGlob: [String] = []
    var disallowedPoliciesGlob: [String] = []
    var allowedEntityAliases: [String] = []
    var orphan = false
    var renewable = true
    var pathSuffix = ""
    var boundCIDRs: [String] = []
    var explicitMaximumTTL: Duration = .zero
    var period: Duration = .zero
    var numberOfUses: Int64 = 0
    var noDefaultPolicy = false
    /// `service`, `batch`, `default-service` or `default-batch`; the last two let the caller choose.
    var tokenType = "default-service"

    static let schema = Schema<TokenRole>(
        { TokenRole() },
        [
            Field("allowed_policies", \.allowedPolicies, "Policies that the tokens may have; any when empty."),
            Field("disallowed_policies", \.disallowedPolicies, "Policies that the tokens may not have."),
            Field("allowed_policies_glob", \.allowedPoliciesGlob, "The same as allowed_policies, with * in names."),
            Field(
                "disallowed_policies_glob", \.disallowedPoliciesGlob,
                "The same as disallowed_policies, with * in names."),
            Field(
                "allowed_entity_aliases", \.allowedEntityAliases,
                "Entity aliases that the tokens may be tied to, with * in names."),
            Field("orphan", \.orphan, "The tokens have no parent."),
            Field("renewable", \.renewable, "Whether the tokens can be renewed."),
            Field("path_suffix", \.pathSuffix, "Ends the tokens' creation path, so that they can be revoked by it."),
            Field("token_bound_cidrs", \.boundCIDRs, "Networks from which the tokens can be used."),
            Field("token_explicit_max_ttl", \.explicitMaximumTTL, "How long the tokens live at most."),
            Field("token_period", \.period, "Makes periodic tokens."),
            Field("token_num_uses", \.numberOfUses, "How often the tokens can be used; 0 means without limit."),
            Field("token_no_default_policy", \.noDefaultPolicy, "Do not add the default policy."),
            Field("token_type", \.tokenType, "service, batch, default-service or default-batch."),
            Field("bound_cidrs", \.boundCIDRs, "The old name of token_bound_cidrs.").deprecated,
            Field("explicit_max_ttl", \.explicitMaximumTTL, "The old name of token_explicit_max_ttl.").deprecated,
            Field("period", \.period, "The old name of token_period.").deprecated,
        ])

    /// Brings lists into their one form and refuses what no token could follow.
    mutating func check() throws(EngineError) {
        for list in [\TokenRole.allowedPolicies, \.disallowedPolicies, \.allowedPoliciesGlob, \.disallowedPoliciesGlob]
        {
            self[keyPath: list] = Set(self[keyPath: list].map { $0.lowercased() }.filter { !$0.isEmpty })
                .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        }
        allowedEntityAliases = allowedEntityAliases.map { $0.lowercased() }
        if !pathSuffix.isEmpty, !Self.isSuffix(pathSuffix) {
            throw .badRequest("given role path suffix contains invalid characters; must match \\w[\\w-]+\\w")
        }
        if let bad = boundCIDRs.firstIndex(where: { CIDR($0) == nil }) {
            throw .badRequest("number \(bad + 1) of the bound CIDRs is no network")
        }
        if numberOfUses < 0 { throw .badRequest("'token_num_uses' cannot be negative") }
        try checkType()
    }

    private mutating func checkType() throws(EngineError) {
        switch tokenType {
        case "", "default": tokenType = "default-service"
        case "service", "batch", "default-service", "default-batch": break
        default: throw .badRequest("invalid 'token_type' value")
        }
        guard tokenType == "batch" || tokenType == "default-batch" else { return }
        if numberOfUses > 0 {
            throw .badRequest(
                "'token_type' cannot be 'batch' or 'default_batch' when set to generate tokens with limited use count")
        }
        if period > .zero {
            throw .badRequest("'token_type' cannot be 'batch' or 'default_batch' when role is set to be periodic")
        }
    }

    /// `\w[\w-]+\w`
    private static func isSuffix(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        func isWord(_ byte: UInt8) -> Bool {
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 95
        }
        guard bytes.count >= 3, let first = bytes.first, let last = bytes.last else { return false }
        return isWord(first) && isWord(last) && bytes.allSatisfy { isWord($0) || $0 == UInt8(ascii: "-") }
    }

    /// As a read shows it: the old names stand beside the new ones.
    var shown: JSONObject {
        var object: JSONObject = [
            "allowed_entity_aliases": allowedEntityAliases.wire, "allowed_policies": allowedPolicies.wire,
            "allowed_policies_glob": allowedPoliciesGlob.wire, "disallowed_policies": disallowedPolicies.wire,
            "disallowed_policies_glob": disallowedPoliciesGlob.wire, "explicit_max_ttl": explicitMaximumTTL.wire,
            "name": .string(name), "orphan": .bool(orphan), "path_suffix": .string(pathSuffix),
            "period": period.wire, "renewable": .bool(renewable),
            "token_explicit_max_ttl": explicitMaximumTTL.wire, "token_no_default_policy": .bool(noDefaultPolicy),
            "token_period": period.wire, "token_type": .string(tokenType),
        ]
        if !boundCIDRs.isEmpty {
            object["bound_cidrs"] = boundCIDRs.wire
            object["token_bound_cidrs"] = boundCIDRs.wire
        }
        if numberOfUses > 0 { object["token_num_uses"] = .int(numberOfUses) }
        return object
    }
}
