internal import CofferCore
internal import CofferFramework
internal import CofferTools

/// The small tools, and what else is the same in every namespace.
struct ToolPaths {
    let core: Core

    var paths: [Path] {
        RandomTool(below: "tools/").paths + HashTool(below: "tools/").paths + PasswordPolicyPaths(core: core).paths
            + PluginPaths(core: core).paths + PluginReloadPaths(core: core).paths
    }
}

/// What operators ask a server about itself.
struct OperationPaths {
    let core: Core

    var paths: [Path] {
        ServerStatePaths(core: core).paths
            + HostInfoPaths().paths + LoggerPaths(core: core).paths + CounterPaths(core: core).paths
            + FeaturePaths().paths + CORSPaths(core: core).paths + UIHeaderPaths(core: core).paths
            + MetricPaths(core: core).paths + RateQuotaPaths(core: core).paths + LeaseQuotaPaths(core: core).paths
            + SnapshotPaths(core: core).paths + SnapshotPlanPaths(core: core).paths + MonitorPaths(core: core).paths
            + ReplicationPaths().paths + RaftPaths(core: core).paths + ProfilePaths(core: core).paths
            + (core.configuration.hasIntrospectionEndpoint ? InspectionPaths(core: core).paths : [])
            + (core.configuration.hasRawStorageEndpoint ? RawPaths(core: core).paths : [])
    }
}
