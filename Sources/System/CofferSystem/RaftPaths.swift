internal import CofferBase
internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import CofferStorage

/// `sys/storage/raft`: what clients of a Raft cluster ask, as the nodes over any storage answer
/// (contract, "HA behaviour").
struct RaftPaths {
    let core: Core

    var paths: [Path] { [configuration, autopilotState, autopilotConfiguration] + refusals }

    /// A node as these paths show it.
    private struct Server {
        let id: String
        let address: String
        let isLeader: Bool
        var version: String
        var lastContact = "0s"
    }

    /// The leader, which answers this, and those that it has heard of.
    private var servers: [Server] {
        let own = Server(
            id: core.cluster?.settings.id ?? "coffer", address: core.controls.clusterAddress.value, isLeader: true,
            version: core.configuration.reportedVersion)
        let now = core.clock.now
        let others = core.cluster?.nodes.all(at: now) ?? []
        return [own]
            + others.map { seen in
                Server(
                    id: seen.node.id,
                    address: seen.node.clusterAddress.replacing("https://", with: ""), isLeader: false,
                    version: seen.node.version, lastContact: GoDuration.format(now - seen.lastEcho))
            }
    }

    private var configuration: Path {
        Path(
            "storage/raft/configuration", "The nodes of the cluster.",
            [
                Verb(.read, "raft-read-configuration", "The nodes of the cluster.") { _ in
                    let list: [JSON] = servers.map { server in
                        [
                            "address": .string(server.address), "leader": .bool(server.isLeader),
                            "node_id": .string(server.id), "protocol_version": "\u{3}", "voter": true,
                        ]
                    }
                    return .data(["config": ["index": 0, "servers": .array(list)]])
                }
            ])
    }

    private var autopilotState: Path {
        Path(
            "storage/raft/autopilot/state", "Health of the cluster.",
            [Verb(.read, "raft-autopilot-state", "Health of the cluster.") { _ in .data(state) }])
    }

    private var state: JSONObject {
        let epoch = core.activeNode.value?.epoch.value ?? 1
        var object = JSONObject()
        for server in servers {
            object[server.id] = [
                "id": .string(server.id), "name": .string(server.id), "address": .string(server.address),
                "node_status": "alive", "node_type": "voter", "status": server.isLeader ? "leader" : "voter",
                "healthy": true, "last_contact": .string(server.lastContact),
                "last_term": .int(Int64(clamping: epoch)), "last_index": 0,
                "stable_since": .string(core.startTime.rfc3339), "version": .string(server.version), "meta": nil,
            ]
        }
        let ids: [JSON] = servers.map { .string($0.id) }
        return [
            // Any one of them can lead alone: the storage is what needs a majority.
            "healthy": true, "failure_tolerance": .int(Int64(ids.count - 1)), "leader": ids.first ?? "",
            "voters": .array(ids), "non_voters": nil, "servers": .object(object),
        ]
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
