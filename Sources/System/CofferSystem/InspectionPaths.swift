internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import MountService

/// `sys/internal/inspect`: the server's own tables, where `introspection_endpoint` offers them.
struct InspectionPaths {
    let core: Core

    var paths: [Path] {
        [
            Path(
                "internal/inspect/router/:tag", "The mounts as the router knows them.",
                captures: ["tag": "Which table: root, uuid, accessor or storage."],
                traits: .traits { $0.sudo = [.read] },
                [
                    Verb(.read, "internal-inspect-router", "The mounts as the router knows them.") { call in
                        let tag = call.capture("tag")
                        guard ["root", "uuid", "accessor", "storage"].contains(tag) else {
                            throw EngineError.badRequest("subtree tag must be one of root, uuid, accessor and storage")
                        }
                        let routes = try core.open().mounts.routes
                        let live = routes.routes.map { shown($0, isRemoved: false, tag: tag) }
                        let removed = routes.removing.map { shown($0, isRemoved: true, tag: tag) }
                        return .data([tag: .array(live + removed)])
                    }
                ])
        ]
    }

    private func shown(_ route: Route, isRemoved: Bool, tag: String) -> JSON {
        let entry = route.entry
        var object: JSONObject = [
            "accessor": .string(entry.accessor), "mount_namespace": .string(route.namespace.path),
            "mount_path": .string(entry.path), "mount_type": .string(entry.type), "uuid": .string(entry.uuid),
        ]
        // The tables by id and by accessor hold mounts, the other two routes.
        if tag == "root" || tag == "storage" {
            object["storage_prefix"] = .string(entry.storagePrefix)
            object["tainted"] = .bool(isRemoved)
        }
        return .object(object)
    }
}
