internal import CofferBase
internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import CofferStorage

/// `sys/storage/raft`: what clients of a Raft cluster ask, as a single node over any storage answers
/// (contract, "HA behaviour").
struct RaftPaths {
    let core: Core

    var paths: [Path] { [configuration, autopilotState, autopilotConfiguration] + refusals }

    private static let nodeID = "coffer"

    private func server() -> JSONObject {
        ["address": .string(core.controls.clusterAddress.value), "leader": true, "node_id": .string(Self.nodeID)]
    }

    private var configuration: Path {
        Path(
            "storage/raft/configuration", "The nodes of the cluster.",
            [
                Verb(.read, "raft-read-configuration", "The nodes of the cluster.") { _ in
                    var server = server()
                    server["protocol_version"] = "\u{3}"
                    server["voter"] = true
                    return .data(["config": ["index": 0, "servers": [.object(server)]]])
                }
            ])
    }

    private var autopilotState: Path {
        Path(
            "storage/raft/autopilot/state", "Health of the cluster.",
            [
                Verb(.read, "raft-autopilot-state", "Health of the cluster.") { _ in
                    let id = Self.nodeID
                    let server: JSONObject = [
                        "id": .string(id), "name": .string(id),
                        "address": .string(core.controls.clusterAddress.value), "node_status": "alive",
                        "node_type": "voter", "status": "leader", "healthy": true, "last_contact": "0s",
                        "last_term": 1, "last_index": 0, "stable_since": .string(core.startTime.rfc3339),
                        "version": .string(core.configuration.reportedVersion), "meta": nil,
                    ]
                    var servers = JSONObject()
                    servers[id] = .object(server)
                    return .data([
                        "healthy": true, "failure_tolerance": 0, "leader": .string(id), "voters": [.string(id)],
                        "non_voters": nil, "servers": .object(servers),
                    ])
                }
            ])
    }

    // MARK: autopilot configuration: stored and returned, otherwise without effect

    private var autopilotConfiguration: Path {
        Path(
            "storage/raft/autopilot/configuration", "Settings of autopilot.",
            [
                Verb(.read, "raft-autopilot-read-configuration", "Read the settings.") { call in
                    .data(Autopilot.schema.encode(try await load(call)))
                },
                Verb(
                    .update, "raft-autopilot-configure", "Change the settings; they have no effect here.",
                    input: Autopilot.schema.descriptors
                ) { call in
                    var settings = try await load(call)
                    try Autopilot.schema.merge(call.fields, into: &settings)
                    if settings.deadServerThreshold.value < .seconds(60) {
                        throw EngineError.badRequest("dead_server_last_contact_threshold should not be less than 1m")
                    }
                    let stored = JSON.object(Autopilot.schema.encode(settings)).serialized()
                    try await call.storage.put("autopilot/configuration", stored)
                    return .empty
                },
            ])
    }

    private func load(_ call: Call) async throws -> Autopilot {
        guard let stored = try await call.storage.get("autopilot/configuration") else { return Autopilot() }
        return try Autopilot.schema.decode(try JSON.parseObject(stored, limits: .trusted))
    }

    // MARK: what only a Raft storage has

    private var refusals: [Path] {
        let names = [
            ("join", "raft-join", false), ("remove-peer", "raft-remove-peer", false),
            ("bootstrap", "raft-bootstrap", false),
            ("bootstrap/challenge", "raft-bootstrap-challenge", true),
            ("bootstrap/answer", "raft-bootstrap-answer", true),
        ]
        return names.map { name, id, isPublic in
            Path(
                "storage/raft/" + name, "Only for Raft storage; refused.",
                traits: .traits { if isPublic { $0.unauthenticated = [.update] } },
                [
                    Verb(freeForm: .update, id, "Only for Raft storage; refused.") { _, _ in
                        throw EngineError.badRequest("raft storage is not in use")
                    }
                ])
        }
    }
}

/// Autopilot's settings with Vault's defaults.
struct Autopilot: Sendable {
    var cleansUp = false
    var contactThreshold = GoDurationText(.seconds(10))
    var deadServerThreshold = GoDurationText(.seconds(24 * 3600))
    var trailingLogs: Int64 = 1000
    var minimumQuorum: Int64 = 0
    var stabilizationTime = GoDurationText(.seconds(10))
    var disablesMigration = false

    static let schema = Schema<Autopilot>(
        { Autopilot() },
        [
            Field("cleanup_dead_servers", \.cleansUp, "Whether dead servers are removed."),
            Field("last_contact_threshold", \.contactThreshold, "Longest silence of a healthy server."),
            Field("dead_server_last_contact_threshold", \.deadServerThreshold, "Silence after which it is dead."),
            Field("max_trailing_logs", \.trailingLogs, "How far a healthy server may lag."),
            Field("min_quorum", \.minimumQuorum, "Fewest servers to keep."),
            Field("server_stabilization_time", \.stabilizationTime, "How long a server must be healthy."),
            Field("disable_upgrade_migration", \.disablesMigration, "Whether upgrades leave the voters alone."),
        ])
}

/// A duration that goes out as Go prints it: `24h0m0s`.
struct GoDurationText: FieldValue {
    var value: Duration
    static var fieldType: FieldType { .duration }
    static var expectation: String { Duration.expectation }

    init(_ value: Duration) { self.value = value }

    init?(wire: JSON) {
        guard let value = Duration(wire: wire) else { return nil }
        self.value = value
    }

    var wire: JSON { .string(GoDuration.format(value)) }
}
