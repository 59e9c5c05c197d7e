internal import CofferBase
internal import CofferFramework
internal import LockoutService
internal import MountService
internal import TokenService

/// What is special about logins; their life is that of every other request.
extension Request {
    /// Runs the method's handler, unless the name that logs in is locked out, and counts how it ended.
    func login(_ call: Call, _ match: PathTable.Match, _ gate: Gate) async throws -> Reply {
        guard let services = gate.services, let route = location?.route,
            let name = try await lockedName(call, route)
        else { return try await match.verb.run(call) }
        let lockouts = services.lockouts
        if lockouts.isLocked(name) { throw Self.lockedOut }
        do {
            let reply = try await match.verb.run(call)
            if lockouts.succeed(name) { return reply }
        } catch let error as EngineError where error.isBadCredential {
            try await lockouts.fail(name, rules(route))
            throw error
        }
        throw Self.lockedOut
    }

    private static let lockedOut = EngineError.denied("permission denied").because(
        "locked_out", "The name failed to log in too often and is locked out for a while.")

    private func lockedName(_ call: Call, _ route: Route) async throws -> LockedName? {
        guard let method = route.lockingAuth, !rules(route).isDisabled,
            let alias = try await method.lockedName(of: call)
        else { return nil }
        return LockedName(accessor: route.entry.accessor, alias: alias)
    }

    private func rules(_ route: Route) -> LockoutRules {
        let stanzas = core.configuration.userLockout
        var rules = LockoutRules([stanzas["all"], stanzas[route.entry.type], route.entry.configuration.userLockout])
        if core.configuration.disablesUserLockout { rules.isDisabled = true }
        return rules
    }

    /// The grant of a login as it is issued: an orphan, named after mount and user, and never root.
    static func loginGrant(_ grant: consuming AuthGrant, at mount: MountReference) throws(EngineError) -> AuthGrant {
        if grant.policies.contains("root") { throw .badRequest("auth methods cannot create root tokens") }
        let source = mount.loginSource
        grant.displayName = grant.displayName.isEmpty ? source : "\(source)-\(grant.displayName)"
        grant.parent = nil
        return grant
    }
}
