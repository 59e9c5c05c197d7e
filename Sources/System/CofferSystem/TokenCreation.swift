internal import CofferBase
internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import PolicyService
internal import TokenService

/// Input of `auth/token/create`.
struct TokenCreateInput: Sendable {
    var id = ""
    var policies: [String] = []
    var metadata: [String: String] = [:]
    var noParent = false
    var noDefaultPolicy = false
    var renewable = true
    var ttl: Duration = .zero
    var lease: Duration = .zero
    var type = ""
    var explicitMaximumTTL: Duration = .zero
    var displayName = ""
    var numberOfUses: Int64 = 0
    var period: Duration = .zero
    var entityAlias = ""

    static let schema = Schema<TokenCreateInput>(
        { TokenCreateInput() },
        [
            Field("id", \.id, "Value of the token; only for root callers.").secret,
            Field("policies", \.policies, "Policies of the token; the caller's when absent."),
            Field("meta", \.metadata, "Metadata, shown in lookups and audit lines."),
            Field("no_parent", \.noParent, "Make an orphan; needs sudo."),
            Field("no_default_policy", \.noDefaultPolicy, "Do not add the default policy."),
            Field("renewable", \.renewable, "Whether the token can be renewed."),
            Field("ttl", \.ttl, "How long the token lives unless it is renewed."),
            Field("lease", \.lease, "The ttl, under its old name.").deprecated,
            Field("type", \.type, "service or batch."),
            Field("explicit_max_ttl", \.explicitMaximumTTL, "How long the token lives at most, renewals included."),
            Field("display_name", \.displayName, "Name for audit lines and lookups."),
            Field("num_uses", \.numberOfUses, "How often the token can be used; 0 means without limit."),
            Field("period", \.period, "Make a periodic token; needs sudo."),
            Field("entity_alias", \.entityAlias, "Entity alias to tie the token to; needs a role."),
        ])
}

/// Turns what a caller asked for into a grant, or says why not. Pure.
struct TokenCreation {
    let input: TokenCreateInput
    let parent: TokenEntry
    let parentID: String
    /// Where the token is made: the caller's namespace, or one below it.
    let namespaceID: String
    let hasSudo: Bool
    let isOrphanPath: Bool
    let role: TokenRole?

    func grant() throws(EngineError) -> AuthGrant {
        try checkRights()
        var grant = AuthGrant(displayName: displayName, policies: try policies())
        grant.type = try type()
        if grant.type == .batch { try checkBatch() }
        grant.customID = try customID()
        grant.metadata = input.metadata
        grant.renewable = input.renewable && role?.renewable != false
        grant.ttl = input.ttl > .zero ? input.ttl : input.lease
        grant.explicitMaximumTTL = Self.smaller(input.explicitMaximumTTL, role?.explicitMaximumTTL)
        grant.period = Self.smaller(input.period, role?.period)
        grant.numberOfUses = Self.smaller(input.numberOfUses, role?.numberOfUses)
        grant.noDefaultPolicy = noDefaultPolicy
        grant.boundCIDRs = try boundCIDRs()
        grant.role = role?.name ?? ""
        grant.pathSuffix = role?.pathSuffix ?? ""
        if !input.entityAlias.isEmpty { grant.aliasName = input.entityAlias }
        if !isOrphan {
            grant.parent = parentID
            // Who the caller is means nothing in another namespace.
            if !isForChild { grant.entityID = parent.entityID }
        }
        return grant
    }

    /// The smaller of two limits, where zero and nil are none.
    private static func smaller<Limit: Comparable & AdditiveArithmetic>(_ asked: Limit, _ role: Limit?) -> Limit {
        guard let role, role > .zero else { return asked }
        return asked > .zero ? min(asked, role) : role
    }

    private static let batchToken = EngineError.badRequest("batch tokens cannot create more tokens").because(
        "batch_token", "The request needs a service token, and the caller's is a batch token.")
    private static let restrictedToken = EngineError.badRequest("restricted use token cannot generate child tokens")
        .because("restricted_token", "The caller's token has a limited number of uses, and so makes no others.")

    private static func privileged(_ what: String) -> EngineError {
        .badRequest("root or sudo privileges required to \(what)").because(
            "missing_sudo", "This takes the root policy, or the capability \"sudo\" on the path.")
    }

    /// The caller's policies are not those of the namespace that the token is for.
    var isForChild: Bool { parent.namespaceID != namespaceID }

    private func checkRights() throws(EngineError) {
        if isForChild && !hasSudo {
            throw Self.privileged("directly generate a token in a child namespace")
        }
        if parent.isBatch { throw Self.batchToken }
        if parent.uses != 0 { throw Self.restrictedToken }
        if input.numberOfUses < 0 { throw .badRequest("number of uses cannot be negative") }
        if input.noParent && !hasSudo { throw Self.privileged("create orphan token") }
        if input.period > .zero && !hasSudo {
            throw Self.privileged("create periodic token")
        }
        try checkEntityAlias()
        let size = input.metadata.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        if size > 512 * 1024 { throw .badRequest("token metadata is larger than 512 KiB") }
    }

    /// Rules of the contract, "Custom id".
    private func customID() throws(EngineError) -> String? {
        if input.id.isEmpty { return nil }
        if namespaceID != "root" {
            throw .badRequest("token IDs can only be manually specified in the root namespace")
        }
        if !parent.isRoot { throw Self.privileged("specify token id") }
        if input.id.contains(".") {
            let reserved = ["hvs.", "hvb.", "hvr.", "s.", "b.", "r."].first { input.id.hasPrefix($0) }
            if let reserved { throw .badRequest("custom token ID cannot have the '\(reserved)' prefix") }
            throw .badRequest("custom token ID cannot have a '.' in the value")
        }
        guard input.id.utf8.count <= 512, input.id.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw .badRequest("custom token ID must be at most 512 printable ASCII characters")
        }
        return input.id
    }

    /// Only letters, digits and dashes, as in log lines; prefixed so that it cannot imitate a login.
    private var displayName: String {
        let kept = input.displayName.utf8.filter {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45
        }
        return kept.isEmpty ? "token" : "token-" + String(decoding: kept, as: UTF8.self)
    }

    private func policies() throws(EngineError) -> [String] {
        var wanted = Set(input.policies.map { $0.lowercased() }.filter { !$0.isEmpty })
        let owned = Set(parent.policies)
        let fromRole = try rolePolicies()
        if let fromRole {
            wanted = fromRole
        } else if isForChild {
            // Only what is named: the caller's own policies mean nothing there.
        } else if wanted.isEmpty {
            wanted = owned
        } else if !hasSudo && !wanted.isSubset(of: owned) {
            throw .badRequest("child policies must be subset of parent").because(
                "policy_not_owned", "The caller's token lacks one of the policies that the new one should have.")
        }
        if let forbidden = DefaultPolicies.unassignable.first(where: { wanted.contains($0) }) {
            throw .badRequest("cannot assign policy \"\(forbidden)\"")
        }
        if wanted.contains("root") {
            if namespaceID != "root" { throw .badRequest("root tokens may not be created from a parent namespace") }
            guard owned.contains("root") else {
                throw .badRequest("root tokens may not be created without parent token being root")
            }
            return ["root"]
        }
        // A child gets default only from a parent that has it (or a caller with sudo).
        if noDefaultPolicy {
            wanted.remove("default")
        } else if fromRole != nil {
            // The role has decided.
        } else if hasSudo || owned.contains("default") {
            wanted.insert("default")
        }
        return wanted.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
