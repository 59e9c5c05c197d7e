internal import CofferBarrier
internal import CofferBase
package import CofferCore
package import CofferFramework

/// `sys/`: the server's own paths, one file for each family.
package struct SystemEngine: Engine {
    package let paths: PathTable

    package init(core: Core) {
        let everywhere =
            MountPaths(core: core).paths + AuthMountPaths(core: core).paths + RemountPaths(core: core).paths
            + PolicyPaths(core: core).paths + ExplainPaths(core: core).paths + ShadowPaths(core: core).paths
            + CapabilityPaths(core: core).paths
            + MFAValidationPaths(core: core).paths + WrappingPaths(core: core).paths + UIPaths(core: core).paths
            + UserInterfacePaths(core: core).paths + LockedUserPaths(core: core).paths
            + SpecificationPaths(core: core).paths + LeasePaths(core: core).paths
            + LeaseReportPaths(core: core).paths + NamespacePaths(core: core).paths + ToolPaths(core: core).paths
        let rootOnly =
            SealPaths(core: core).paths + SealBackendPaths(core: core).paths + StatusPaths(core: core).paths
            + AuditPaths(core: core).paths
            + AuditHeaderPaths(core: core).paths + OperationPaths(core: core).paths + RekeyPaths(core: core).paths
            + GenerateRootPaths(core: core).paths + RotationPaths(core: core).paths
        paths = PathTable(everywhere + rootOnly.map(\.inRootOnly))
    }

    /// The catalogue's entries for the engines that only the core can make.
    package static func kinds(core: @escaping @Sendable () -> Core?) -> [EngineKind] {
        var system = EngineKind(type: "system", class: .secret, version: "v0.1.0+builtin.coffer") { _ in
            core().map { Installed(paths: $0.system) } ?? Installed(paths: PathTable([]))
        }
        system.isBuiltIn = true
        // One table for the mounts of all namespaces.
        let tokenPaths = Snapshot<PathTable?>(nil)
        var token = EngineKind(type: "token", class: .auth, version: "v0.1.0+builtin.coffer") { _ in
            guard let core = core() else { return Installed(paths: PathTable([])) }
            return Installed(
                paths: tokenPaths.update { known in
                    let table = known ?? TokenPaths(core: core).table
                    known = table
                    return table
                })
        }
        token.isBuiltIn = true
        return [system, token]
    }

    private struct Installed: Engine {
        let paths: PathTable
    }
}

extension Core {
    /// The services, for paths that exist only while the barrier is open.
    func open() throws(EngineError) -> Services {
        guard let services = servicesInUse else { throw .unavailable("Vault is sealed") }
        return services
    }

    /// The decrypted storage, which in recovery mode is open without any services.
    func openBarrier() throws(EngineError) -> Barrier {
        if barrier.isSealed { throw .unavailable("Vault is sealed") }
        return barrier
    }
}
