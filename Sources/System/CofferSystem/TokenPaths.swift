internal import CofferBase
internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import Logging
internal import PolicyService
internal import TokenService

/// `auth/token/`: tokens made, shown, renewed and revoked.
struct TokenPaths {
    let core: Core

    var table: PathTable { PathTable(creation + lookups + renewals + revocations + TokenRolePaths.paths + [tidy]) }

    struct TokenInput: Sendable {
        var token = ""
        var accessor = ""
        var increment: Duration = .zero
    }

    private static let token = Field<TokenInput>("token", \.token, "The token; the calling token when absent.").secret
    private static let accessor = Field<TokenInput>("accessor", \.accessor, "Accessor of the token.")
    private static let increment = Field<TokenInput>("increment", \.increment, "Wanted lifetime from now.")

    private static func input(_ fields: Field<TokenInput>...) -> Schema<TokenInput> {
        Schema({ TokenInput() }, fields)
    }

    // MARK: creation

    private var creation: [Path] {
        [
            Path(
                "create", "Create a token.", traits: .traits { $0.mintsCredential = true },
                [
                    Verb(.update, "create", "Create a token.", TokenCreateInput.schema) { call, input in
                        try await create(call, input, isOrphanPath: false)
                    }
                ]),
            Path(
                "create-orphan", "Create a token without a parent.",
                traits: .traits { $0.mintsCredential = true },
                [
                    Verb(.update, "create-orphan", "Create a token without a parent.", TokenCreateInput.schema) {
                        call, input in
                        try await create(call, input, isOrphanPath: true)
                    }
                ]),
            Path(
                "create/:role_name", "Create a token with a role.", captures: ["role_name": "Name of the role."],
                traits: .traits { $0.mintsCredential = true },
                [
                    Verb(
                        .update, "create-against-role", "Create a token with a role.", TokenCreateInput.schema
                    ) { call, input in
                        let role = try await TokenRolePaths.load(call.capture("role_name"), from: call.storage)
                        guard let role else { throw EngineError.badRequest("unknown role") }
                        return try await create(call, input, isOrphanPath: false, role: role)
                    }
                ]),
        ]
    }

    private func create(
        _ call: Call, _ input: TokenCreateInput, isOrphanPath: Bool, role: TokenRole? = nil
    ) async throws -> Reply {
        let services = try core.open()
        guard let caller = call.caller, let id = call.clientToken, let parent = try await services.tokens.find(id)
        else {
            throw EngineError.permissionDenied
        }
        let creation = TokenCreation(
            input: input, parent: parent.entry, parentID: id, namespaceID: call.namespace.id,
            hasSudo: caller.hasSudo, isOrphanPath: isOrphanPath, role: role)
        let grant = try creation.grant()
        if grant.policies == ["root"], parent.expireTime != nil, grant.ttl == .zero {
            throw EngineError.badRequest("expiring root tokens cannot create non-expiring root tokens")
        }
        var reply = Reply.empty
        for name in grant.policies where name != "root" {
            if try await services.policies(in: call.namespace.id).policy(named: name) == nil {
                reply.warnings.append("Policy \"\(name)\" does not exist")
            }
        }
        reply.auth = .grant(grant)
        return reply
    }

    // MARK: lookup

    private var lookups: [Path] {
        let lookup: @Sendable (Call, TokenInput) async throws -> Reply = { call, input in
            let id = input.token.isEmpty ? call.clientToken ?? "" : input.token
            guard let live = try await find(id, call) else { throw EngineError.denied("bad token") }
            return .data(try await describe(live, call))
        }
        let lookupSelf: @Sendable (Call) async throws -> Reply = { call in
            let tokens = try core.open().tokens
            guard let live = try await tokens.findCaller(call.clientToken ?? "", at: call.clientTokenKey) else {
                throw EngineError.denied("bad token")
            }
            return .data(try await describe(live, call))
        }
        return [
            Path(
                "lookup", "Show a token.",
                [
                    Verb(.read, "look-up-2", "Show a token.", Self.input(Self.token), lookup),
                    Verb(.update, "look-up", "Show a token.", Self.input(Self.token), lookup),
                ]),
            Path(
                "lookup-self", "Show the calling token.", traits: .traits { $0.readOnStandby = [.read] },
                [
                    Verb(.read, "look-up-self", "Show the calling token.", lookupSelf),
                    Verb(.update, "look-up-self2", "Show the calling token.", Self.input(Self.token)) { call, _ in
                        try await lookupSelf(call)
                    },
                ]),
            Path(
                "lookup-accessor", "Show the token of an accessor.",
                [
                    Verb(
                        .update, "look-up-accessor", "Show the token of an accessor.", Self.input(Self.accessor)
                    ) { call, input in
                        let live = try await find(accessor: input.accessor, call)
                        var object = try await describe(live, call)
                        object["id"] = ""
                        return .data(object)
                    }
                ]),
            Path(
                "accessors", "List the accessors of all tokens.", traits: .traits { $0.sudo = [.list] },
                [
                    Verb(.list, "list-accessors", "List the accessors of all tokens.", Page.schema) { call, page in
                        let accessors = try await core.open().tokens.accessors(
                            in: call.namespace.id, after: page.start, limit: page.maximum)
                        return try .keys(accessors)
                    }
                ]),
        ]
    }

    private func describe(_ live: LiveToken, _ call: Call) async throws -> JSONObject {
        let services = try core.open()
        let home = services.home(live.entry.namespaceID)
        let identityPolicies = try await services.identityPolicies(of: live.entry.entityID, in: home)
        var object = TokenDescription(live: live, now: call.now, identityPolicies: identityPolicies).object
        if !home.isRoot { object["namespace_path"] = .string(home.path) }
        return object
    }

    /// The token, if it is one of the call's namespace, or the calling one: no other is reached by knowing it.
    private func find(_ id: String, _ call: Call) async throws -> LiveToken? {
        guard let live = try await core.open().tokens.find(id) else { return nil }
        if live.entry.namespaceID == call.namespace.id { return live }
        return constantTimeEqual(id.utf8, (call.clientToken ?? "").utf8) ? live : nil
    }

    private func find(accessor: String, _ call: Call) async throws -> LiveToken {
        if accessor.isEmpty { throw EngineError.badRequest("missing accessor") }
        guard let live = try await core.open().tokens.find(accessor: accessor),
            live.entry.namespaceID == call.namespace.id
        else { throw EngineError.invalid("invalid accessor") }
        return live
    }

    // MARK: renewal

    private var renewals: [Path] {
        [
            renewal("renew", "renew", "Renew a token.", Self.input(Self.token, Self.increment)) { call, input in
                let id = input.token.isEmpty ? call.clientToken ?? "" : input.token
                guard let live = try await find(id, call) else { throw EngineError.denied("bad token") }
                return live
            },
            renewal(
                "renew-self", "renew-self", "Renew the calling token.", Self.input(Self.token, Self.increment)
            ) { call, _ in
                guard let live = try await core.open().tokens.find(call.clientToken ?? "") else {
                    throw EngineError.denied("bad token")
                }
                return live
            },
            renewal(
                "renew-accessor", "renew-accessor", "Renew the token of an accessor.",
                Self.input(Self.accessor, Self.increment)
            ) { call, input in try await find(accessor: input.accessor, call) },
        ]
    }

    private func renewal(
        _ pattern: String, _ id: String, _ help: String, _ schema: Schema<TokenInput>,
        _ find: @escaping @Sendable (Call, TokenInput) async throws -> LiveToken
    ) -> Path {
        Path(
            pattern, help,
            [
                Verb(.update, id, help, schema) { call, input in
                    let live = try await find(call, input)
                    try await requireRole(of: live, call)
                    var (auth, warnings) = try await renew(live, input.increment, call)
                    let services = try core.open()
                    try await services.complete(&auth, in: services.home(live.entry.namespaceID))
                    if pattern == "renew-accessor" { auth.clientToken = "" }
                    var reply = Reply.empty
                    reply.auth = .issued(auth)
                    reply.warnings = warnings
                    return reply
                }
            ])
    }

    /// A token is renewed as long as the role that made it stands.
    private func requireRole(of live: LiveToken, _ call: Call) async throws {
        if live.entry.role.isEmpty { return }
        guard try await TokenRolePaths.load(live.entry.role, from: call.storage) != nil else {
            throw EngineError.badRequest("original token role could not be found, not renewing")
        }
    }

    // MARK: revocation

    private static let batchToken = EngineError.badRequest("batch tokens cannot be revoked").because(
        "batch_token", "Only service tokens are revoked; a batch token ends by itself.")

    private func revoke(_ live: LiveToken) async throws {
        if live.entry.isBatch { throw Self.batchToken }
        try await core.open().tokens.revoke(key: live.key)
    }

    private var tidy: Path {
        Path(
            "tidy", "Remove what revoked tokens left behind.", traits: .traits { $0.isRootOnly = true },
            [
                Verb(.update, "tidy", "Remove what revoked tokens left behind.") { _ in
                    let removed = try await core.open().tokens.tidy()
                    core.log.info("token tidy removed \(removed) entries")
                    return .tidied
                }
            ])
    }

    private var revocations: [Path] {
        [
            Path(
                "revoke", "Revoke a token and its children.",
                [
                    Verb(.update, "revoke", "Revoke a token and its children.", Self.input(Self.token)) {
                        call, input in
                        if input.token.isEmpty { throw EngineError.badRequest("missing token ID") }
                        // A token that is not there is revoked already.
                        if let live = try await find(input.token, call) { try await revoke(live) }
                        return .empty
                    }
                ]),
            Path(
                "revoke-self", "Revoke the calling token and its children.",
                [
                    Verb(.update, "revoke-self", "Revoke the calling token and its children.") { call in
                        if let live = try await core.open().tokens.find(call.clientToken ?? "") {
                            try await revoke(live)
                        }
                        return .empty
                    }
                ]),
            Path(
                "revoke-orphan", "Revoke a token and leave its children.",
                traits: .traits { $0.sudo = [.update] },
                [
                    Verb(.update, "revoke-orphan", "Revoke a token and leave its children.", Self.input(Self.token)) {
                        call, input in
                        if input.token.isEmpty { throw EngineError.badRequest("missing token ID") }
                        guard let live = try await find(input.token, call) else {
                            throw EngineError.badRequest("token to revoke not found")
                        }
                        if live.entry.isBatch { throw Self.batchToken }
                        try await core.open().tokens.revokeOrphaning(key: live.key)
                        return .empty
                    }
                ]),
            Path(
                "revoke-accessor", "Revoke the token of an accessor.",
                [
                    Verb(
                        .update, "revoke-accessor", "Revoke the token of an accessor.", Self.input(Self.accessor)
                    ) { call, input in
                        try await core.open().tokens.revoke(key: try await find(accessor: input.accessor, call).key)
                        return .empty
                    }
                ]),
        ]
    }
}

/// A token as a lookup shows it (contract, example 13).
struct TokenDescription {
    let live: LiveToken
    let now: Timestamp
    let identityPolicies: [String]

    /// Each key is there once, so that none is looked for.
    var object: JSONObject {
        let entry = live.entry
        var object = JSONObject(capacity: 20)
        object.append("accessor", .string(entry.accessor))
        object.append("creation_time", .int(entry.creationTime.seconds))
        object.append("creation_ttl", entry.ttl.wire)
        object.append("display_name", .string(entry.displayName))
        object.append("entity_id", .string(entry.entityID))
        object.append("expire_time", live.expireTime.map { .string($0.rfc3339) } ?? .null)
        object.append("explicit_max_ttl", entry.explicitMaximumTTL.wire)
        object.append("id", .string(entry.id))
        if !identityPolicies.isEmpty { object.append("identity_policies", .strings(identityPolicies)) }
        appendTimes(to: &object)
        object.append("meta", entry.metadata.isEmpty ? .null : entry.metadata.wire)
        object.append("num_uses", .int(max(entry.uses, 0)))
        object.append("orphan", .bool(entry.isOrphan))
        object.append("path", .string(entry.path))
        if entry.period > .zero { object.append("period", entry.period.wire) }
        object.append("policies", .strings(entry.policies))
        if live.expireTime != nil { object.append("renewable", .bool(entry.renewable)) }
        if !entry.role.isEmpty { object.append("role", .string(entry.role)) }
        if !entry.boundCIDRs.isEmpty { object.append("bound_cidrs", .strings(entry.boundCIDRs)) }
        object.append("ttl", live.remainingTTL(at: now).wire)
        object.append("type", .string(entry.typeName))
        return object
    }

    private func appendTimes(to object: inout JSONObject) {
        if live.expireTime != nil { object.append("issue_time", .string(live.issueTime.rfc3339)) }
        guard let renewal = live.lastRenewal else { return }
        object.append("last_renewal", .string(renewal.rfc3339))
        object.append("last_renewal_time", .int(renewal.seconds))
    }
}
