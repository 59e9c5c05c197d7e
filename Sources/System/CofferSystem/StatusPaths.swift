internal import CofferBase
internal import CofferCore
internal import CofferFramework
internal import CofferJSON

/// Health, leader and HA status, as a single node answers them.
struct StatusPaths {
    let core: Core

    var paths: [Path] { [health, leader, haStatus, stepDown] }

    private static let open = PathTraits.traits {
        $0.whenSealed = true
        $0.unauthenticated = [.read]
        $0.isNeverWrapped = true
    }

    struct HealthInput: Sendable {
        var standbyOK = false
        var performanceStandbyOK = false
        var activeCode: Int64 = 200
        var standbyCode: Int64 = 429
        var sealedCode: Int64 = 503
        var uninitializedCode: Int64 = 501
        var secondaryCode: Int64 = 472
        var performanceStandbyCode: Int64 = 473
        var unhealthyCode: Int64 = 474
        var removedCode: Int64 = 530

        static let schema = Schema<HealthInput>(
            { HealthInput() },
            [
                Field("standbyok", \.standbyOK, "A standby answers as an active node."),
                Field("perfstandbyok", \.performanceStandbyOK, "A performance standby answers as an active node."),
                Field("activecode", \.activeCode, "Status of an active node."),
                Field("standbycode", \.standbyCode, "Status of a standby."),
                Field("sealedcode", \.sealedCode, "Status of a sealed node."),
                Field("uninitcode", \.uninitializedCode, "Status of a node that is not initialized."),
                Field("drsecondarycode", \.secondaryCode, "Status of a disaster recovery secondary."),
                Field("performancestandbycode", \.performanceStandbyCode, "Status of a performance standby."),
                Field("haunhealthycode", \.unhealthyCode, "Status of a standby that lost its leader."),
                Field("removedcode", \.removedCode, "Status of a node removed from its cluster."),
            ])
    }

    private var health: Path {
        Path(
            "health", "Health of this node.", traits: Self.open,
            [
                Verb(.read, "read-health-status", "Health of this node.", input: HealthInput.schema.descriptors) {
                    call in
                    // The contract: a code that is no number is 400 with an empty list.
                    guard let input = try? HealthInput.schema.decode(call.fields), Self.areCodes(input) else {
                        throw EngineError(.badRequest, [])
                    }
                    return try await health(input, call.redactions)
                }
            ])
    }

    private static func areCodes(_ input: HealthInput) -> Bool {
        [input.activeCode, input.standbyCode, input.sealedCode, input.uninitializedCode]
            .allSatisfy { (100...599).contains($0) }
    }

    private func health(_ input: HealthInput, _ redactions: Set<Call.Redaction>) async throws -> Reply {
        let services = core.services
        // An open server is initialized; only a closed one has to ask its storage.
        let isInitialized: Bool
        if services != nil { isInitialized = true } else { isInitialized = try await core.isInitialized() }
        let status = !isInitialized ? input.uninitializedCode : services == nil ? input.sealedCode : input.activeCode
        let mode: JSON = services == nil ? "unknown" : "disabled"
        var object: JSONObject = [
            "initialized": .bool(isInitialized), "sealed": .bool(services == nil), "standby": .bool(services == nil),
            "performance_standby": false, "replication_performance_mode": mode, "replication_dr_mode": mode,
            "server_time_utc": .int(core.clock.now.seconds),
            "version": .string(redactions.contains(.version) ? "" : core.configuration.reportedVersion),
            "enterprise": false,
        ]
        if let cluster = services?.cluster {
            // As in Vault, what is left out is an empty text, and the name of a cluster is not there at all.
            if !redactions.contains(.clusterName) { object["cluster_name"] = .string(cluster.name) }
            object["cluster_id"] = .string(cluster.id)
        }
        object["echo_duration_ms"] = 0
        object["clock_skew_ms"] = 0
        object["replication_primary_canary_age_ms"] = 0
        if !redactions.contains(.version) { object["coffer_version"] = .string(core.configuration.ownVersion) }
        return .bare(.object(object), status: Int(status))
    }

    private var leader: Path {
        Path(
            "leader", "The active node.", traits: Self.open,
            [
                Verb(.read, "leader-status", "The active node.") { _ in
                    .bare([
                        "ha_enabled": false, "is_self": false, "active_time": .string(Timestamp.unsetText),
                        "leader_address": "", "leader_cluster_address": "", "performance_standby": false,
                        "performance_standby_last_remote_wal": 0,
                    ])
                }
            ])
    }

    private var haStatus: Path {
        Path(
            "ha-status", "All nodes of the cluster.", traits: .traits { $0.isDoubled = true },
            [
                Verb(.read, "ha-status", "All nodes of the cluster.") { _ in
                    let node: JSON = [
                        "hostname": .string(HostInfo.name), "api_address": .string(core.controls.apiAddress.value),
                        "cluster_address": .string(core.controls.clusterAddress.value), "active_node": true,
                        "last_echo": nil, "version": .string(core.configuration.reportedVersion),
                    ]
                    return .data(["nodes": [node]])
                }
            ])
    }

    private var stepDown: Path {
        Path(
            "step-down", "Give up leadership; without effect on a single node.",
            traits: .traits { $0.sudo = [.update] },
            [Verb(.update, "step-down-leader", "Give up leadership.") { _ in .empty }])
    }
}
