internal import CofferBase
internal import CofferFramework
internal import IdentityService
internal import TokenService

/// Second factors of a login, between its method and its token.
extension Request {
    /// Asks for the second factors that hold for this login. A login that cannot be judged is refused.
    /// - Returns: the answer of a login that has to be completed by `sys/mfa/validate`; nil when the token may be issued.
    func secondFactor(
        _ grant: AuthGrant, _ context: IssueContext, _ alias: LoginAlias?, _ services: Services, _ location: Location
    ) async throws -> IssuedAuth? {
        let store = services.identities.store(in: namespace)
        let all = try await store.enforcements()
        if all.isEmpty { return nil }
        guard let alias else {
            let mount = location.mount
            let applies = all.contains { $0.applies(mountAccessor: mount.accessor, mountType: mount.type, nil) }
            if applies {
                throw EngineError.permissionDenied.because(
                    "second_factor_impossible",
                    "The mount's logins need a second factor, and this one tells no alias to ask.")
            }
            return nil
        }
        let found = try await store.login(alias)
        if found.isDisabled { throw Denial.entity(.disabled) }
        let identity = try await store.caller(entityID: found.entityID)
        let wanted = all.filter {
            $0.applies(mountAccessor: location.mount.accessor, mountType: location.mount.type, identity)
        }
        if wanted.isEmpty { return nil }
        let given = SecondFactors(header: incoming.header("x-vault-mfa"))
        if !given.isEmpty {
            let login = FactorLogin(
                entityID: found.entityID, mountAccessor: alias.mountAccessor,
                remoteAddress: incoming.origin.remoteAddress)
            try await store.require(wanted, of: login, given)
            return nil
        }
        let pending = PendingLogin(
            entityID: found.entityID, enforcements: wanted.map(\.name), grant: grant, context: context, alias: alias)
        let id = try core.random.uuid()
        guard services.pendingLogins.keep(pending, as: id) else {
            throw EngineError.unavailable("too many logins are waiting for a second factor; try again")
        }
        return try await IssuedAuth(waitingAs: id, wanted, store)
    }
}

extension IssuedAuth {
    /// No token yet, and what it needs.
    init(waitingAs id: String, _ enforcements: [LoginEnforcement], _ store: IdentityStore) async throws {
        var requirement = MFARequirement(requestID: id)
        for enforcement in enforcements {
            var methods: [MFARequirement.Method] = []
            for methodID in enforcement.methodIDs {
                guard let method = try await store.method(id: methodID) else { continue }
                methods.append(
                    .init(
                        type: method.kind.rawValue, id: methodID, usesPasscode: method.takesPasscode, name: method.name)
                )
            }
            requirement.constraints.append((enforcement.name, methods))
        }
        self.init(
            clientToken: "", accessor: "", policies: [], tokenPolicies: [], metadata: [:], leaseDuration: .zero,
            renewable: false, entityID: "", type: .service, orphan: true, numberOfUses: 0, displayName: "")
        mfaRequirement = requirement
    }
}
