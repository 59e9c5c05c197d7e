internal import CofferBase
internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import SnapshotService

/// `sys/storage/raft/snapshot-auto`: snapshots by the clock, over any storage.
struct SnapshotPlanPaths {
    let core: Core

    var paths: [Path] { [list, plan, status] }

    private static let sudo = PathTraits.traits { $0.sudo = [.list, .read, .update, .delete] }

    private var list: Path {
        Path(
            "storage/raft/snapshot-auto/config", "The plans for snapshots.", traits: Self.sudo,
            [
                Verb(.list, "raft-snapshot-auto-list", "List the plans.", Page.schema) { _, page in
                    try .keys(page.part(of: await core.open().snapshots.names))
                }
            ])
    }

    private var plan: Path {
        Path(
            "storage/raft/snapshot-auto/config/:name", "A plan for snapshots.", captures: ["name": "Name of the plan."],
            traits: Self.sudo,
            [
                Verb(.read, "raft-snapshot-auto-read", "Read a plan.") { call in
                    guard let plan = try await core.open().snapshots.plan(call.capture("name")) else {
                        throw EngineError.notFound
                    }
                    return .data(plan.shown)
                },
                Verb(.update, "raft-snapshot-auto-write", "Make or replace a plan.", SnapshotPlan.schema) {
                    call, plan in
                    var plan = plan
                    plan.name = call.capture("name")
                    try plan.check(within: core.configuration.snapshotDirectory)
                    try await core.open().snapshots.put(plan)
                    return .empty
                },
                Verb(.delete, "raft-snapshot-auto-delete", "Delete a plan; its snapshots stay.") { call in
                    try await core.open().snapshots.remove(call.capture("name"))
                    return .empty
                },
            ])
    }

    private var status: Path {
        Path(
            "storage/raft/snapshot-auto/status/:name", "How the last snapshots of a plan went.",
            captures: ["name": "Name of the plan."],
            [
                Verb(.read, "raft-snapshot-auto-status", "How the last snapshots went.") { call in
                    guard let status = try await core.open().snapshots.status(call.capture("name")) else {
                        throw EngineError.notFound
                    }
                    return .data([
                        "consecutive_errors": .int(status.consecutiveErrors),
                        "last_snapshot_start": .string(Self.text(status.lastStart)),
                        "last_snapshot_end": .string(Self.text(status.lastEnd)),
                        "last_snapshot_error": .string(status.lastError),
                        "last_snapshot_url": .string(status.lastURL),
                        "next_snapshot_start": .string(status.next.rfc3339),
                    ])
                }
            ])
    }

    private static func text(_ time: Timestamp?) -> String { time?.rfc3339 ?? Timestamp.unsetText }
}
