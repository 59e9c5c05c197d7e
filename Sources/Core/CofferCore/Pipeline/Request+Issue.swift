internal import CofferBase
internal import CofferFramework
internal import CofferMetrics
internal import CofferStorage
internal import IdentityService
internal import MountService
internal import QuotaService
internal import TokenService

extension Request {
    // MARK: stage 10, issue

    func issue(_ reply: Reply, _ gate: Gate, _ match: PathTable.Match) async throws -> Outcome {
        if reply.status.map({ $0 >= 400 }) ?? false, reply.auth != nil || reply.lease != nil {
            // An engine that cannot make up its mind gives nothing (CVE-2026-46405).
            throw EngineError.internal("an engine answered an error together with a token or a lease")
        }
        var (reply, auth) = (reply, IssuedAuth?.none)
        switch reply.auth {
        case nil: break
        case .issued(let issued)?: auth = issued
        case .completed(let id)?:
            guard let services = gate.services else { throw Denial.sealed }
            let issued = try await completeLogin(id, services)
            auth = issued.auth
            reply.warnings += issued.warnings
        case .grant(let grant)?:
            guard let services = gate.services, let location else { throw Denial.sealed }
            let isLogin = match.place.path.traits.isLogin
            let wanted = isLogin ? try Self.loginGrant(grant, at: location.mount) : grant
            let issued = try await issueToken(wanted, services, location, isLogin: isLogin)
            auth = issued.auth
            reply.warnings += issued.warnings
        }
        let lease = try await lease(&reply, gate)
        return Outcome(reply: reply, auth: auth, lease: lease, unknownFields: unknownFields(match))
    }

    /// Makes the token, and with a login its entity and alias: one commit.
    ///
    /// A login that lacks a second factor gets no token, but what it needs to complete it.
    private func issueToken(
        _ grant: AuthGrant, _ services: Services, _ location: Location, isLogin: Bool
    ) async throws -> (auth: IssuedAuth, warnings: [String]) {
        var grant = grant
        grant.type = tokenType(wanted: grant.type)
        var context = IssueContext(
            path: path.text, namespace: namespace, mountDefaultTTL: location.mount.defaultTTL,
            mountMaximumTTL: location.mount.maximumTTL)
        context.loginRole = loginRole
        if isLogin { context.loginMount = location.mount.uuid }
        let login = login(grant, location)
        if isLogin, let waiting = try await secondFactor(grant, context, login, services, location) {
            return (waiting, [MFATexts.twoPhaseWarning])
        }
        return try await issueToken(grant, context, login, services, location.mount)
    }

    /// Ends the wait of a login; of two requests that complete it one is too late.
    private func completeLogin(
        _ id: String, _ services: Services
    ) async throws -> (auth: IssuedAuth, warnings: [String]) {
        guard services.pendingLogins.look(at: id)?.context.namespace == namespace,
            let waiting = services.pendingLogins.take(id)
        else { throw MFATexts.unknownRequest }
        let mount = services.mounts.routes(in: namespace).route(uuid: waiting.context.loginMount)?.mount
        guard let mount else { throw MFATexts.unknownRequest }
        return try await issueToken(waiting.grant, waiting.context, waiting.alias, services, mount)
    }

    private func issueToken(
        _ grant: AuthGrant, _ context: IssueContext, _ login: LoginAlias?, _ services: Services,
        _ mount: MountReference
    ) async throws -> (auth: IssuedAuth, warnings: [String]) {
        let place = try await leasePlace(for: grant, services.quotas)
        defer { place.release() }
        let store = services.identities.store(in: namespace)
        var result: LoginResult?
        let start = core.clock.now
        let issued = try await services.tokens.issue(grant, context) { grant, transaction in
            guard let login else { return }
            let found = try await store.stageLogin(login, in: &transaction)
            if found.isDisabled { throw Denial.entity(.disabled) }
            grant.entityID = found.entityID
            result = found
        }
        if let result { store.loginCommitted(result) }
        let end = core.clock.now
        core.meters.createToken.measure(from: start, to: end)
        core.meters.registerToken.measure(from: start, to: end)
        core.meters.tokenCreated(mount: mount, ttl: issued.auth.leaseDuration, type: issued.auth.type)
        var auth = issued.auth
        auth.isEntityNew = result?.isNew ?? false
        try await services.complete(&auth, in: namespace)
        return (auth, issued.warnings)
    }

    /// The alias behind a grant; nil for a token that is made without one.
    private func login(_ grant: AuthGrant, _ location: Location) -> LoginAlias? {
        guard let name = grant.aliasName, !name.isEmpty else { return nil }
        return LoginAlias(
            name: name, mountAccessor: location.mount.accessor, isLocal: location.route?.entry.isLocal ?? false,
            metadata: grant.aliasMetadata, groupNames: grant.groupAliases)
    }

    /// A mount's `token_type` decides for its logins; one that starts with `default-` only where the method does not.
    private func tokenType(wanted: TokenType?) -> TokenType {
        switch location?.route?.entry.configuration.tokenType {
        case "batch": .batch
        case "service": .service
        case "default-batch": wanted ?? .batch
        default: wanted ?? .service
        }
    }
}
