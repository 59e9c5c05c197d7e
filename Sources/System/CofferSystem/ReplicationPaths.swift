internal import CofferFramework
internal import CofferJSON

/// `sys/replication`: there is none, and clients that ask before they do anything are told so.
struct ReplicationPaths {
    var paths: [Path] {
        [
            status("status", "read-replication-status"), status("dr/status", "read-disaster-recovery-status"),
            status("performance/status", "read-performance-status"),
        ]
    }

    private func status(_ name: String, _ id: String) -> Path {
        Path(
            "replication/" + name, "Whether this cluster replicates.",
            traits: .traits { $0.unauthenticated = [.read] },
            [Verb(.read, id, "Whether this cluster replicates.") { _ in .data(["mode": "disabled"]) }])
    }
}
