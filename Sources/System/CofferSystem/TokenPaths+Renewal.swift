internal import CofferCore
internal import CofferFramework
internal import IdentityService
internal import MountService
internal import TokenService

extension TokenPaths {
    /// Renews a token. One of a login is renewed under the limits of its mount and as its auth method allows.
    func renew(_ live: LiveToken, _ increment: Duration, _ call: Call) async throws -> (IssuedAuth, [String]) {
        let services = try core.open()
        var limits = RenewalLimits(mountDefaultTTL: call.mount.defaultTTL, mountMaximumTTL: call.mount.maximumTTL)
        if !live.entry.loginMount.isEmpty {
            guard let route = services.mounts.route(uuid: live.entry.loginMount) else {
                throw EngineError.badRequest("the auth method of the token is not enabled any more, not renewing")
            }
            limits = RenewalLimits(mountDefaultTTL: route.mount.defaultTTL, mountMaximumTTL: route.mount.maximumTTL)
            if let method = route.engine as? any RenewingAuth {
                let terms = try await method.renew(Self.question(live, route, call))
                limits.terms = terms
                if let names = terms.groupAliases { try await follow(names, live, route, services) }
            }
        }
        return try await services.tokens.renew(live, increment: increment, limits)
    }

    /// Memberships in external groups are what the method says now.
    private func follow(_ groupNames: [String], _ live: LiveToken, _ route: Route, _ services: Services) async throws {
        let store = services.identities.store(in: route.namespace)
        guard !live.entry.entityID.isEmpty, let caller = try await store.caller(entityID: live.entry.entityID) else {
            return
        }
        try await store.refreshGroups(ofEntity: caller.view.entityID, groupNames, at: route.mount.accessor)
    }

    private static func question(_ live: LiveToken, _ route: Route, _ call: Call) -> RenewalCall {
        RenewalCall(
            internalData: live.entry.internalData, policies: live.entry.policies, metadata: live.entry.metadata,
            origin: call.origin, mount: route.mount, namespace: route.namespace, storage: route.storage,
            clock: call.clock)
    }
}
