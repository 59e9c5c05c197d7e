package import CofferCore
package import CofferFramework
internal import IdentityService

/// `identity/`: who the callers are, one file for each family of paths.
package struct IdentityEngine: Engine {
    package let paths: PathTable

    package init(core: Core) {
        paths = PathTable(
            EntityPaths(core: core).paths + AliasPaths(core: core).paths + GroupPaths(core: core).paths
                + GroupAliasPaths(core: core).paths + LookupPaths(core: core).paths)
    }

    /// The catalogue's entry for the engine that only the core can make.
    package static func kinds(core: @escaping @Sendable () -> Core?) -> [EngineKind] {
        var identity = EngineKind(type: "identity", class: .secret, version: "v0.1.0+builtin.coffer") { _ in
            core().map { IdentityEngine(core: $0) as any Engine } ?? Nothing()
        }
        identity.isBuiltIn = true
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
