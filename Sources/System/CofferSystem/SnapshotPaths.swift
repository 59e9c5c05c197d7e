internal import CofferCore
internal import CofferFramework

/// `sys/storage/raft/snapshot`: everything stored as one archive, over any storage.
struct SnapshotPaths {
    let core: Core

    var paths: [Path] {
        [
            Path(
                "storage/raft/snapshot", "Everything stored, as one archive.", traits: Self.traits,
                [
                    Verb(.read, "raft-snapshot-read", "Take a snapshot.") { _ in
                        Reply(.stream(contentType: "application/gzip", try await core.takeSnapshot()))
                    },
                    Verb(
                        freeForm: .update, "raft-snapshot-restore",
                        "Restore a snapshot of this server: everything stored is replaced."
                    ) { call, _ in try await restore(call, ignoresKeys: false) },
                ]),
            Path(
                "storage/raft/snapshot-force", "Restore a snapshot whatever its unseal keys.", traits: Self.traits,
                [
                    Verb(
                        freeForm: .update, "raft-snapshot-force-restore",
                        "Restore a snapshot of any server: everything stored is replaced, and only the shares of "
                            + "that server open it."
                    ) { call, _ in try await restore(call, ignoresKeys: true) }
                ]),
        ]
    }

    private static let traits = PathTraits.traits {
        $0.streamsBody = true
        $0.isLocalOnly = true
        $0.isNeverWrapped = true
    }

    /// Everything is verified before; what changes does so after the audit of the answer.
    private func restore(_ call: Call, ignoresKeys: Bool) async throws -> Reply {
        guard let body = call.body else { throw EngineError.badRequest("the request holds no snapshot") }
        let snapshot = try await core.receiveSnapshot(body, ignoresKeys: ignoresKeys)
        return Reply.empty.afterAudit { try await core.restore(snapshot) }
    }
}
