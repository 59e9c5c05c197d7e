internal import CofferBase
internal import CofferJSON
internal import CofferStorage
internal import Logging
internal import Synchronization

/// The registry of the cluster's nodes: one entry behind the barrier, which the leader writes and the next one reads
/// (contract rule N1).
enum KnownNodes {
    static let path: StorageKey = "core/cluster/nodes"

    static func load(from storage: any TransactionalStorage) async throws -> [ClusterNodes.Seen] {
        guard let stored = try await storage.get(path),
            let list = try? JSON.parse(stored.value, limits: .trusted).arrayValue
        else { return [] }
        return list.compactMap { item in
            guard let object = item.objectValue, let node = ClusterNode(object),
                let last = object["last_heartbeat"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) })
            else { return nil }
            return ClusterNodes.Seen(node: node, lastEcho: last)
        }
    }

    static func store(_ nodes: [ClusterNodes.Seen], in storage: any TransactionalStorage) async throws {
        let list = nodes.map { seen in
            var object = seen.node.encoded
            object["last_heartbeat"] = .string(seen.lastEcho.rfc3339)
            return JSON.object(object)
        }
        try await StorageView(storage, prefix: "").put(path, JSON.array(list).serialized())
    }
}

/// What the registry says and since when, so that it is written when a node has come, gone or changed, and else
/// only now and then for the heartbeats.
final class NodeRegistry: Sendable {
    private struct State {
        var nodes: [String: ClusterNode] = [:]
        var writtenAt: Timestamp?
    }

    /// Below the time after which a node is forgotten.
    private static let pause: Duration = .seconds(20)
    private let state = Mutex(State())

    func isDue(_ nodes: [ClusterNodes.Seen], at now: Timestamp) -> Bool {
        let places = Self.places(nodes)
        return state.withLock { state in
            state.nodes != places || state.writtenAt.map { now - $0 >= Self.pause } ?? true
        }
    }

    func written(_ nodes: [ClusterNodes.Seen], at now: Timestamp) {
        let places = Self.places(nodes)
        state.withLock { ($0.nodes, $0.writtenAt) = (places, now) }
    }

    /// Without what changes with each message.
    private static func places(_ nodes: [ClusterNodes.Seen]) -> [String: ClusterNode] {
        Dictionary(
            nodes.map { seen in
                var node = seen.node
                (node.echoDuration, node.clockSkew) = (0, 0)
                return (node.id, node)
            }, uniquingKeysWith: { first, _ in first })
    }
}

extension Core {
    /// At the leader: what it knows of the nodes, itself among them, for the one that leads next.
    func storeNodes() async {
        guard let cluster, let services else { return }
        let now = clock.now
        let nodes = cluster.nodes.all(at: now) + [ClusterNodes.Seen(node: cluster.node(self, nil), lastEcho: now)]
        guard cluster.registry.isDue(nodes, at: now) else { return }
        do {
            try await KnownNodes.store(nodes, in: services.barrier)
            cluster.registry.written(nodes, at: now)
        } catch {
            log.debug("the nodes of the cluster could not be stored")
        }
    }
}
