internal import CofferBase
internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import MountService

/// `sys/plugins/reload`: makes engines anew, which drops what they keep in memory.
struct PluginReloadPaths {
    let core: Core

    struct Input: Sendable {
        var plugin = ""
        var mounts: [String] = []
        var scope = ""

        static let schema = Schema<Input>(
            { Input() },
            [
                Field("plugin", \.plugin, "Type of the engines to make anew."),
                Field("mounts", \.mounts, "Paths of the mounts to make anew."),
                Field("scope", \.scope, "Empty or global; this node is all there is."),
            ])
    }

    struct StatusInput: Sendable {
        var id = ""

        static let schema = Schema<StatusInput>(
            { StatusInput() }, [Field("reload_id", \.id, "The id that the reload was answered with.").query])
    }

    var paths: [Path] { [status, byMounts, byName] }

    private var byMounts: Path {
        Path(
            "plugins/reload/backend", "Make engines anew.",
            [
                Verb(.update, "plugins-reload-backends", "Make engines anew.", Input.schema) { call, input in
                    guard input.plugin.isEmpty != input.mounts.isEmpty else {
                        throw EngineError.badRequest("plugin or mounts must be provided, and not both")
                    }
                    return try await reload(call) { route in
                        route.entry.type == input.plugin
                            || input.mounts.contains { $0 == route.mount.path || $0 + "/" == route.mount.path }
                    }
                }
            ])
    }

    private var byName: Path {
        Path(
            "plugins/reload/:type/:name", "Make the engines of a type anew.",
            captures: ["type": "auth, database, secret or unknown.", "name": "Type of the engines."],
            [
                Verb(.update, "plugins-reload-type", "Make the engines of a type anew.") { call in
                    let (type, name) = (call.capture("type"), call.capture("name"))
                    return try await reload(call) { route in
                        route.entry.type == name && (type == "unknown" || route.entry.class.rawValue == type)
                    }
                }
            ])
    }

    /// Engines are made anew before the answer, so that every id that was given out has succeeded.
    private var status: Path {
        Path(
            "plugins/reload/backend/status", "How far a reload has come.",
            [
                Verb(.read, "plugins-reload-backend-status", "How far a reload has come.", StatusInput.schema) {
                    _, input in
                    if input.id.isEmpty { throw EngineError.badRequest("reload_id must be provided") }
                    return .data(["reload_id": .string(input.id), "results": [:]])
                }
            ])
    }

    private func reload(_ call: Call, _ isMeant: (Route) -> Bool) async throws -> Reply {
        let mounts = try core.open().mounts
        for route in mounts.routes(in: call.namespace).routes where isMeant(route) && !route.kind.isBuiltIn {
            _ = try await mounts.update(route.mount.path, in: call.namespace) { _ in }
        }
        return .data(["reload_id": .string(try call.random.uuid())])
    }
}
