package import CofferBase
package import CofferCore
package import CofferFramework
internal import IdentityService

/// `identity/`: who the callers are, and tokens that tell others. One file for each family of paths.
package struct IdentityEngine: PeriodicEngine {
    package let paths: PathTable
    private let oidc: OIDC

    package init(core: Core, context: EngineContext) {
        let oidc = OIDC(core: core, context: context)
        self.oidc = oidc
        paths = PathTable(
            EntityPaths(core: core).paths + AliasPaths(core: core).paths + GroupPaths(core: core).paths
                + GroupAliasPaths(core: core).paths + LookupPaths(core: core).paths + oidc.paths
                + MFAMethodPaths(core: core).paths + LoginEnforcementPaths(core: core).paths)
    }

    /// Rotates the keys that are due.
    package func tick(_ call: PeriodicCall) async throws -> Timestamp? { try await oidc.keys.tick(in: call.storage) }

    /// The catalogue's entry for the engine that only the core can make.
    package static func kinds(core: @escaping @Sendable () -> Core?) -> [EngineKind] {
        var identity = EngineKind(type: "identity", class: .secret, version: "v0.1.0+builtin.coffer") { context in
            core().map { IdentityEngine(core: $0, context: context) as any Engine } ?? Nothing()
        }
        identity.isBuiltIn = true
        identity.isPeriodic = true
        return [identity]
    }

    private struct Nothing: Engine {
        let paths = PathTable([])
    }
}

extension Core {
    /// The identities of the namespace of a request.
    func identities(_ call: Call) throws(EngineError) -> IdentityStore {
        guard let services else { throw .unavailable("Vault is sealed") }
        return services.identities.store(in: call.namespace)
    }
}
