internal import CofferBase
internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import MountService
internal import QuotaService

/// `sys/remount`: moving a mount.
struct RemountPaths {
    let core: Core
    private let finished = Snapshot<[String: JSONObject]>([:])

    init(core: Core) { self.core = core }

    struct Input: Sendable {
        var from = ""
        var to = ""

        static let schema = Schema<Input>(
            { Input() },
            [
                Field("from", \.from, "The path to move from.").required,
                Field("to", \.to, "The path to move to.").required,
            ])
    }

    var paths: [Path] {
        [
            Path(
                "remount", "Move a mount to another path.",
                traits: .traits {
                    $0.sudo = [.update]
                    $0.isDoubled = true
                },
                [
                    Verb(.update, "remount", "Move a mount to another path.", Input.schema) { call, input in
                        let from = try Self.folder(input.from)
                        let to = try Self.folder(input.to)
                        try await core.open().mounts.move(from: from, to: to)
                        try await core.open().quotas.mountMoved(from: from, to: to)
                        // Lease ids name the old path, where something else may be mounted soon.
                        try await core.open().engineLeases.revokeAll(below: from)
                        let id = try call.random.uuid()
                        finished.update { $0[id] = ["source_mount": .string(from), "target_mount": .string(to)] }
                        return .data(["migration_id": .string(id)])
                    }
                ]),
            Path(
                "remount/status/:migration_id", "How far a move has come.",
                captures: ["migration_id": "The id that the move was answered with."],
                [
                    Verb(.read, "remount-status", "How far a move has come.") { call in
                        let id = call.capture("migration_id")
                        guard var info = finished.value[id] else { throw EngineError.notFound }
                        info["status"] = "success"
                        return .data(["migration_id": .string(id), "migration_info": .object(info)])
                    }
                ]),
        ]
    }

    private static func folder(_ path: String) throws -> String {
        guard let clean = try? CanonicalPath(decoded: path.hasPrefix("/") ? String(path.dropFirst()) : path) else {
            throw EngineError.badRequest("a mount path must be made of clean segments")
        }
        return clean.asFolder.text
    }
}
