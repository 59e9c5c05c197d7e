internal import CofferBase
internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import MountService
internal import NamespaceService
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
                        try await move(call, input)
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

    private func move(_ call: Call, _ input: Input) async throws -> Reply {
        let services = try core.open()
        let source = try place(input.from, call, services)
        let target = try place(input.to, call, services)
        let old = services.mounts.routes(in: source.namespace)[source.path]?.entry.leaseFolder
        if !target.path.hasPrefix("auth/") { try core.refuseNamespace(at: target.path, in: target.namespace) }
        try await services.mounts.move(
            from: source.path, in: source.namespace, to: target.path, in: target.namespace)
        try await services.quotas.mountMoved(
            from: QuotaScope(namespace: source.namespace.path, mount: source.path),
            to: QuotaScope(namespace: target.namespace.path, mount: target.path))
        // Lease ids name the old path, where something else may be mounted soon.
        if let old { try await services.engineLeases.revokeAll(below: old) }
        let id = try call.random.uuid()
        let (from, to) = (try Self.folder(input.from), try Self.folder(input.to))
        finished.update { $0[id] = ["source_mount": .string(from), "target_mount": .string(to)] }
        return .data(["migration_id": .string(id)])
    }

    /// A mount path, which may lead through namespaces below the call's.
    private func place(
        _ path: String, _ call: Call, _ services: Services
    ) throws -> (namespace: NamespaceReference, path: String) {
        let full = call.namespace.path + (try Self.folder(path))
        let home = services.namespaces.table.deepest(along: full)?.reference ?? .root
        return (home, String(full.dropFirst(home.path.count)))
    }

    private static func folder(_ path: String) throws -> String {
        guard let clean = try? CanonicalPath(decoded: path.hasPrefix("/") ? String(path.dropFirst()) : path) else {
            throw EngineError.badRequest("a mount path must be made of clean segments")
        }
        return clean.asFolder.text
    }
}
