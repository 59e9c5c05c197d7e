internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import MountService
internal import NamespaceService
internal import PolicyService
internal import TokenService

/// `sys/internal/ui`: what the user interface and the kv commands ask first.
struct UIPaths {
    let core: Core

    var paths: [Path] {
        let open = PathTraits.traits { $0.unauthenticated = [.read] }
        return [
            Path(
                "internal/ui/mounts", "The mounts that a caller may see.", traits: open,
                [
                    Verb(.read, "internal-ui-list-enabled-visible-mounts", "The mounts that a caller may see.") {
                        call in
                        .data(try await visible(call))
                    }
                ]),
            Path(
                "internal/ui/mounts/*path", "The mount that a path lies in.",
                captures: ["path": "A path in a mount."], traits: open,
                [
                    Verb(.read, "internal-ui-read-mount-information", "The mount that a path lies in.") { call in
                        .data(try await mount(of: call.capture("path"), call))
                    }
                ]),
            Path(
                "internal/ui/feature-flags", "Enabled feature flags.", traits: open,
                [
                    Verb(.read, "internal-ui-list-enabled-feature-flags", "Enabled feature flags.") { _ in
                        .bare(["feature_flags": nil])
                    }
                ]),
        ]
    }

    private func acl(_ call: Call) async throws -> ACL? { try await core.acl(of: call) }

    private func visible(_ call: Call) async throws -> JSONObject {
        let acl = try await acl(call)
        let prefix = try await core.policyPrefix(of: call)
        var groups: [EngineKind.Class: JSONObject] = [.auth: [:], .secret: [:]]
        for route in try core.open().mounts.routes(in: call.namespace).routes {
            let entry = route.entry
            let isPublic = entry.configuration.listingVisibility == "unauth"
            let isReachable = acl?.hasAccess(below: prefix + route.mount.path) ?? false
            guard isPublic || isReachable else { continue }
            let shown: JSONObject =
                acl == nil
                ? [
                    "description": .string(entry.description),
                    "options": entry.options.isEmpty ? nil : entry.options.wire, "type": .string(entry.type),
                ] : core.describe(route)
            groups[entry.class]?[entry.path] = .object(shown)
        }
        return ["auth": .object(groups[.auth] ?? [:]), "secret": .object(groups[.secret] ?? [:])]
    }

    /// Refused alike for a mount that is not there and one that the caller may not see.
    private func mount(of path: String, _ call: Call) async throws -> JSONObject {
        guard let acl = try await acl(call) else { throw EngineError.denied("permission denied") }
        let services = try core.open()
        // The path may lead through namespaces below this one.
        let full = call.namespace.path + path
        let home = services.namespaces.table.deepest(along: full)?.reference ?? .root
        let inner = call.namespace.relativePath(of: home)
        let prefix = try await core.policyPrefix(of: call) + inner
        guard let hit = services.mounts.routes(in: home).find(String(full.dropFirst(home.path.count))),
            acl.hasAccess(below: prefix + hit.route.mount.path)
        else {
            throw EngineError.denied(
                "preflight capability check returned 403, please ensure client's policies grant access to path "
                    + "\"\(Core.plain(path.hasSuffix("/") ? path : path + "/"))\"")
        }
        var object = core.describe(hit.route)
        object["path"] = .string(inner + hit.route.mount.path)
        return object
    }
}
