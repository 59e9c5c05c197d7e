internal import CofferBase
internal import CofferFramework
internal import CofferJSON
internal import CofferMetrics
internal import CofferStorage
internal import IdentityService
internal import MountService
internal import PolicyService
internal import TokenService

extension Request {
    /// What stage 7 decided, with the operation that was decided on.
    struct Verdict: Sendable {
        var denial: Denial?
        var decision: PolicyService.Decision?
        var caller: Caller?
        /// What decided, for lists that show only what the caller may see.
        var acl: ACL?
    }

    /// Stages 6 and 7.
    mutating func check(_ gate: Gate) async -> Verdict {
        let start = core.clock.now
        defer { core.meters.checkToken.measure(since: start) }
        let refusal = await identify(gate)
        core.meters.fetchToken.measure(since: start)
        return await authorise(refusal, gate)
    }

    var isLogin: Bool { location?.traits.isLogin == true }

    // MARK: stage 6, identify

    /// Finds the token and spends one use of it, before anything is decided.
    ///
    /// A refusal is returned rather than thrown: it is audited like every other answer.
    mutating func identify(_ gate: Gate) async -> Denial? {
        guard let services = gate.services else { return nil }
        do {
            try await tellCreateFromUpdate(services)
            if isPublic {
                token = try await optionalToken(services)
            } else {
                try await requireToken(services)
            }
            return nil
        } catch let denial as Denial {
            return denial
        } catch {
            return .engine(EngineError(any: error))
        }
    }

    var isPublic: Bool {
        guard let traits = location?.traits else { return false }
        return isOpened(traits) || traits.unauthenticated.contains(operation)
            || (operation == .create && traits.unauthenticated.contains(.update))
    }

    /// The listener lets everybody read this.
    func isOpened(_ traits: PathTraits) -> Bool {
        guard operation == .read, let opening = traits.openedBy else { return false }
        return incoming.openings.contains(opening)
    }

    private mutating func requireToken(_ services: Services) async throws {
        guard var text = incoming.token, !text.isEmpty else { throw Denial.missingToken }
        if location?.traits.isUnwrap == true { text = try await services.tokens.token(inJWT: text) }
        switch try await services.tokens.authenticate(text, from: incoming.origin.remoteAddress) {
        case .refused(let refusal):
            // The token to open may be the caller's own: then it is the wrapping token that is invalid.
            let opensItself = location?.traits.isUnwrap == true && (fields["token"]?.stringValue ?? "").isEmpty
            throw Denial.token(opensItself ? .wrappingToken : refusal)
        case .valid(let live):
            policyPrefix = try prefix(of: live, services)
            token = live
            identity = try await services.identity(of: live)
            if isOnStandby, live.entry.uses > 0 { throw Denial.forwarded }
            if live.entry.uses <= 0 || location?.traits.spendsNoUse == true { return }
            use = try await services.tokens.spendUse(of: live)
            if case .refused = use { throw Denial.token(.usedUp) }
        }
    }

    /// A public path may show more to a caller it knows, but refuses nobody.
    private func optionalToken(_ services: Services) async throws -> LiveToken? {
        guard let text = incoming.token, !text.isEmpty, location?.traits.whenSealed != true else { return nil }
        let found = try await services.tokens.authenticate(text, from: incoming.origin.remoteAddress)
        guard case .valid(let live) = found, services.policyPrefix(of: live, in: namespace) != nil else {
            return nil
        }
        return live
    }

    /// A token is good in its namespace and below it. What a wrapping token holds can be opened from everywhere.
    private func prefix(of live: LiveToken, _ services: Services) throws(Denial) -> String {
        if live.entry.namespaceID == namespace.id { return "" }
        if let prefix = services.policyPrefix(of: live, in: namespace) { return prefix }
        if location?.traits.isUnwrap == true, live.entry.isWrapping { return "" }
        throw .foreignToken
    }

    mutating func tellCreateFromUpdate(_ services: Services) async throws {
        guard operation == .update, case .success(let match)? = location?.match, let exists = match.place.path.exists
        else { return }
        if try await !exists(call(caller: nil, match: match)) { operation = .create }
    }

    // MARK: stage 7, authorise

    /// Decides; never throws, so that a denial reaches the audit like an admission.
    mutating func authorise(_ refusal: Denial?, _ gate: Gate) async -> Verdict {
        if let refusal { return Verdict(denial: refusal, decision: nil, caller: nil) }
        guard let services = gate.services, let token, !isPublic else {
            return Verdict(denial: nil, decision: nil, caller: nil)
        }
        do {
            let acl = try await services.acl(of: token, identity)
            let question = AuthorizationRequest(
                path: policyPath, operation: PolicyOperation(operation), parameters: fields,
                wrapTTL: incoming.wrapTTL, needsSudo: needsSudo)
            let decision = acl.decide(question)
            if let shadows = acl.shadows { compare(shadows, question, decision, token) }
            let home = policyPrefix.isEmpty ? namespace : services.home(token.entry.namespaceID)
            let caller = Caller(token, identity, in: home, hasSudo: decision.isRoot || decision.givesSudo)
            limitPage(decision)
            return Verdict(
                denial: decision.allowed ? nil : .policy(decision), decision: decision, caller: caller, acl: acl)
        } catch {
            return Verdict(denial: .engine(EngineError(any: error)), decision: nil, caller: nil)
        }
    }

    /// A policy's `pagination_limit` takes the place of a limit that is absent, or `max`.
    private mutating func limitPage(_ decision: PolicyService.Decision) {
        guard operation == .list || operation == .scan else { return }
        if let limit = decision.pageLimit {
            if fields["limit"].flatMap(PolicyService.Decision.pageSize) == nil { fields["limit"] = .int(limit) }
        } else if fields["limit"]?.stringValue == "max" {
            fields["limit"] = nil
        }
    }

    /// Has candidates of policies decide the same question.
    private func compare(
        _ shadows: [ShadowACL], _ question: AuthorizationRequest, _ decision: PolicyService.Decision, _ token: LiveToken
    ) {
        let request = ShadowedRequest(
            id: id, time: core.clock.now, operation: question.operation, path: question.path,
            accessor: token.entry.accessor)
        for shadow in shadows { shadow.note(question, decision, request) }
    }

    // MARK: shared

    func call(caller: Caller?, match: PathTable.Match) -> Call {
        let mount = location?.mount ?? Self.nowhere
        let trusted = location?.isTrusted == true
        var call = Call(
            id: id, operation: operation, path: location?.rest ?? "", mount: mount,
            namespace: namespace, caller: caller, origin: incoming.origin,
            storage: location?.storage ?? Self.noStorage(core),
            clock: core.clock, random: core.random, fields: fields, captures: match.captures, wrapTTL: incoming.wrapTTL,
            wrapFormat: incoming.wrapFormat, rawBody: rawBody, headers: passedHeaders,
            clientToken: trusted ? incoming.token : nil)
        call.redactions = incoming.redactions
        if trusted { call.clientTokenKey = token?.key }
        // Metrics are asked for in one of several forms.
        if trusted, let accepted = incoming.header("accept") { call.headers["accept"] = accepted }
        // Relying parties prove who they are in it; a bearer's token is no business of the engine.
        if mount.type == "identity", let header = incoming.header("authorization"),
            header.prefix(6).lowercased() == "basic "
        {
            call.headers["authorization"] = header
        }
        if location?.traits.streamsBody == true {
            let next = incoming.nextPiece
            call.body = ByteStream { try await next() }
        }
        return call
    }

    private static func noStorage(_ core: Core) -> StorageView { StorageView(core.barrier, prefix: "sys/none/") }

    private static let nowhere = MountReference(
        path: "", type: "", accessor: "", uuid: "", options: [:], defaultTTL: .zero, maximumTTL: .zero, isAuth: false)

    /// Only the headers that the mount is tuned to receive.
    private var passedHeaders: [String: String] {
        guard let wanted = location?.route?.entry.configuration.passthroughRequestHeaders, !wanted.isEmpty else {
            return [:]
        }
        var passed: [String: String] = [:]
        for name in wanted.map({ $0.lowercased() }) where name != "x-vault-token" && name != "authorization" {
            passed[name] = incoming.header(name)
        }
        return passed
    }
}

extension Caller {
    convenience init(_ token: LiveToken, _ identity: CallerIdentity?, in home: NamespaceReference, hasSudo: Bool) {
        self.init(
            accessor: token.entry.accessor, displayName: token.entry.displayName,
            policies: identity?.policies(joining: token.entry.policies) ?? token.entry.policies,
            entityID: identity?.view.entityID ?? token.entry.entityID, isRoot: token.entry.policies.contains("root"),
            metadata: token.entry.metadata,
            cubbyholeID: token.entry.cubbyholeID, namespace: home, hasSudo: hasSudo,
            identity: identity?.view)
    }
}

extension PolicyOperation {
    init(_ operation: CofferFramework.Operation) {
        self =
            switch operation {
            case .create: .create
            case .read: .read
            case .update: .update
            case .patch: .patch
            case .delete: .delete
            case .list: .list
            case .scan: .scan
            case .help: .help
            }
    }
}
