package import CofferBase
package import CofferJSON
internal import Synchronization

/// What one node tells the leader about itself, each second.
package struct ClusterNode: Sendable, Equatable {
    package let id: String
    package let hostname: String
    package let apiAddress: String
    package let clusterAddress: String
    package let version: String
    /// How long its last message took, and by how much its clock is ahead, in milliseconds.
    package var echoDuration: Int64 = 0
    package var clockSkew: Int64 = 0

    package init(id: String, hostname: String, apiAddress: String, clusterAddress: String, version: String) {
        self.id = id
        self.hostname = hostname
        self.apiAddress = apiAddress
        self.clusterAddress = clusterAddress
        self.version = version
    }

    package var encoded: JSONObject {
        [
            "id": .string(id), "hostname": .string(hostname), "api_address": .string(apiAddress),
            "cluster_address": .string(clusterAddress), "version": .string(version),
            "echo_duration_ms": .int(echoDuration), "clock_skew_ms": .int(clockSkew),
        ]
    }

    package init?(_ object: JSONObject) {
        guard let id = object["id"]?.stringValue, !id.isEmpty, id.utf8.count <= 64 else { return nil }
        func text(_ name: String) -> String { String((object[name]?.stringValue ?? "").prefix(256)) }
        self.init(
            id: id, hostname: text("hostname"), apiAddress: text("api_address"),
            clusterAddress: text("cluster_address"), version: text("version"))
        echoDuration = object["echo_duration_ms"]?.intValue ?? 0
        clockSkew = object["clock_skew_ms"]?.intValue ?? 0
    }
}

/// The nodes that the leader has heard of lately.
package final class ClusterNodes: Sendable {
    package struct Seen: Sendable {
        package let node: ClusterNode
        package let lastEcho: Timestamp

        package init(node: ClusterNode, lastEcho: Timestamp) {
            self.node = node
            self.lastEcho = lastEcho
        }
    }

    /// A node that says nothing for this long is forgotten.
    static let memory: Duration = .seconds(60)
    /// More than any cluster has; a bound on what strangers with the certificate could make us keep.
    private static let limit = 256

    fileprivate struct State {
        var seen: [String: Seen] = [:]
        /// From the leader before: they are given time to speak to this one.
        var forgetsFrom: Timestamp?
    }

    private let state = Mutex(State())

    package func heard(_ node: ClusterNode, at now: Timestamp) {
        state.withLock { state in
            // A process that was started anew has another id, and the same place.
            state.seen = state.seen.filter { id, seen in
                state.isFresh(seen, now)
                    && (id == node.id || node.apiAddress.isEmpty || seen.node.apiAddress != node.apiAddress)
            }
            if state.seen[node.id] != nil || state.seen.count < Self.limit {
                state.seen[node.id] = Seen(node: node, lastEcho: now)
            }
        }
    }

    /// What the leader before knew.
    func remember(_ known: [Seen], at now: Timestamp) {
        state.withLock { state in
            state.forgetsFrom = now
            for seen in known.prefix(Self.limit) where state.seen[seen.node.id] == nil {
                state.seen[seen.node.id] = seen
            }
        }
    }

    /// By their addresses.
    package func all(at now: Timestamp) -> [Seen] {
        state.withLock { state in state.seen.values.filter { state.isFresh($0, now) } }
            .sorted { ($0.node.apiAddress, $0.node.id) < ($1.node.apiAddress, $1.node.id) }
    }

    func forgetAll() { state.withLock { $0 = State() } }
}

extension ClusterNodes.State {
    fileprivate func isFresh(_ seen: ClusterNodes.Seen, _ now: Timestamp) -> Bool {
        now - max(seen.lastEcho, forgetsFrom ?? seen.lastEcho) < ClusterNodes.memory
    }
}
