internal import CofferBase
internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import CofferStorage

/// Health, leader and HA status.
struct StatusPaths {
    let core: Core

    var paths: [Path] { [health, leader, haStatus, stepDown] }

    private static let open = PathTraits.traits {
        $0.whenSealed = true
        $0.unauthenticated = [.read]
        $0.isNeverWrapped = true
        $0.isLocalOnly = true
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
        [
            input.activeCode, input.standbyCode, input.sealedCode, input.uninitializedCode,
            input.performanceStandbyCode,
        ]
        .allSatisfy { (100...599).contains($0) }
    }

    /// Storage is asked only by a closed node that has never been told that it is initialized.
    private func health(_ input: HealthInput, _ redactions: Set<Call.Redaction>) async throws -> Reply {
        let isOpen = core.isOpen
        let isInitialized: Bool
        if isOpen { isInitialized = true } else { isInitialized = try await core.isInitialized() }
        let standby = StandbyHealth(core)
        let mode: JSON = isOpen ? "disabled" : "unknown"
        var object: JSONObject = [
            "initialized": .bool(isInitialized), "sealed": .bool(!isOpen),
            "standby": .bool(!isOpen || standby != nil || !core.certainlyLeads),
            "performance_standby": .bool(core.answersAsStandby), "replication_performance_mode": mode,
            "replication_dr_mode": mode,
            "server_time_utc": .int(core.clock.now.seconds),
            "version": .string(redactions.contains(.version) ? "" : core.configuration.reportedVersion),
            "enterprise": false,
        ]
        if let cluster = core.clusterIdentity {
            // As in Vault, what is left out is an empty text, and the name of a cluster is not there at all.
            if !redactions.contains(.clusterName) { object["cluster_name"] = .string(cluster.name) }
            object["cluster_id"] = .string(cluster.id)
        }
        object["echo_duration_ms"] = .int(standby?.echo.duration ?? 0)
        object["clock_skew_ms"] = .int(standby?.echo.skew ?? 0)
        object["replication_primary_canary_age_ms"] = 0
        if let standby {
            object["ha_connection_healthy"] = .bool(standby.isHealthy)
            if let since = standby.sinceEcho { object["last_request_forwarding_heartbeat_ms"] = .int(since) }
        }
        if !redactions.contains(.version) { object["coffer_version"] = .string(core.configuration.ownVersion) }
        let status = !isInitialized ? input.uninitializedCode : isOpen ? status(input, standby) : input.sealedCode
        return .bare(.object(object), status: Int(status))
    }

    /// Of an open node. `standbyok` does not hide a standby that has lost its leader.
    private func status(_ input: HealthInput, _ standby: StandbyHealth?) -> Int64 {
        guard let standby else {
            return core.certainlyLeads || input.standbyOK ? input.activeCode : input.standbyCode
        }
        if !standby.isHealthy { return input.unhealthyCode }
        if core.answersAsStandby {
            return input.standbyOK || input.performanceStandbyOK ? input.activeCode : input.performanceStandbyCode
        }
        return input.standbyOK ? input.activeCode : input.standbyCode
    }

    private var leader: Path {
        Path(
            "leader", "The active node.", traits: Self.open,
            [
                Verb(.read, "leader-status", "The active node.") { call in .bare(.object(leader(call.redactions))) }
            ])
    }

    private func leader(_ redactions: Set<Call.Redaction>) -> JSONObject {
        let own = core.certainlyLeads ? core.activeNode.value : nil
        let leader = own ?? core.standby?.leader
        let hidesAddresses = redactions.contains(.addresses)
        var object: JSONObject = [
            "ha_enabled": .bool(core.cluster != nil), "is_self": .bool(own != nil),
            "active_time": .string(own?.activeSince.rfc3339 ?? Timestamp.unsetText),
            "leader_address": .string(hidesAddresses ? "" : leader?.apiAddress ?? ""),
            "leader_cluster_address": .string(hidesAddresses ? "" : leader?.clusterAddress ?? ""),
            "performance_standby": .bool(core.answersAsStandby), "performance_standby_last_remote_wal": 0,
        ]
        if let epoch = leader?.epoch { object["coffer_epoch"] = .int(Int64(clamping: epoch.value)) }
        return object
    }

    private var haStatus: Path {
        Path(
            "ha-status", "All nodes of the cluster.", traits: .traits { $0.isDoubled = true },
            [
                Verb(.read, "ha-status", "All nodes of the cluster.") { _ in
                    let own: JSON = [
                        "hostname": .string(HostInfo.name), "api_address": .string(core.controls.apiAddress.value),
                        "cluster_address": .string(
                            core.cluster == nil ? core.controls.clusterAddress.value : core.controls.clusterURL),
                        "active_node": true, "last_echo": nil,
                        "version": .string(core.configuration.reportedVersion),
                    ]
                    let others = core.cluster?.nodes.all(at: core.clock.now) ?? []
                    return .data(["nodes": .array([own] + others.map(Self.node))])
                }
            ])
    }

    private static func node(_ seen: ClusterNodes.Seen) -> JSON {
        [
            "hostname": .string(seen.node.hostname), "api_address": .string(seen.node.apiAddress),
            "cluster_address": .string(seen.node.clusterAddress), "active_node": false,
            "last_echo": .string(seen.lastEcho.rfc3339), "version": .string(seen.node.version),
            "echo_duration_ms": .int(seen.node.echoDuration), "clock_skew_ms": .int(seen.node.clockSkew),
        ]
    }

    private var stepDown: Path {
        Path(
            "step-down", "Give up leadership; without effect on a single node.",
            traits: .traits { $0.sudo = [.update] },
            [
                Verb(.update, "step-down-leader", "Give up leadership.") { _ in
                    core.cluster?.askToStepDown()
                    return .empty
                }
            ])
    }
}

/// What a standby says of its leader; nil on any other node.
private struct StandbyHealth {
    let isHealthy: Bool
    /// Milliseconds.
    let sinceEcho: Int64?
    let echo: (duration: Int64, skew: Int64)

    /// Milliseconds without an answer of the leader after which a standby says that it has lost it.
    private static let limit: Int64 = 10_000

    init?(_ core: Core) {
        guard let standby = core.standby, let cluster = core.cluster else { return nil }
        sinceEcho = standby.sinceEcho(cluster.settings.steady())
        isHealthy = sinceEcho.map { $0 < Self.limit } ?? true
        echo = standby.echo
    }
}
