internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import IdentityService
internal import MountService

/// What the mount table says about the accessors of aliases.
struct MountLabels: Sendable {
    private let routes: RouteTable?

    init(core: Core, _ namespace: NamespaceReference) { routes = core.services?.mounts.routes(in: namespace) }

    /// Whether aliases of this mount stay on this cluster.
    /// - Throws: `badRequest` when no mount has the accessor.
    func isLocal(_ accessor: String) throws(EngineError) -> Bool {
        guard let route = routes?.route(accessor: accessor) else { throw IdentityTexts.badAccessor }
        return route.entry.isLocal
    }

    /// Adds path and type of the mount, when it is still there.
    func add(_ accessor: String, to object: inout JSONObject) {
        guard let route = routes?.route(accessor: accessor) else { return }
        object["mount_path"] = .string(route.mount.path)
        object["mount_type"] = .string(route.mount.type)
    }
}
