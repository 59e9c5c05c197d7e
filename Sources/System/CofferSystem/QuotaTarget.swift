internal import CofferCore
internal import CofferFramework
internal import MountService
internal import NamespaceService
internal import QuotaService

/// What a quota is meant for, checked against the mounts that there are.
struct QuotaTarget {
    let scope: QuotaScope
    let isInheritable: Bool

    init(path: String, role: String, _ inheritable: Bool?, _ services: Services) throws(EngineError) {
        let path = Self.trimmed(path)
        guard !path.isEmpty else {
            if !role.isEmpty { throw QuotaErrors.noAuthMethod(path) }
            // Everything below the root is below it whatever the caller says.
            if inheritable == false { throw QuotaErrors.globalInheritable }
            scope = QuotaScope()
            isInheritable = true
            return
        }
        let home = services.namespaces.table.deepest(along: path + "/")?.reference ?? .root
        let rest = String(path.dropFirst(home.path.count))
        guard !rest.isEmpty || home.isRoot else {
            if !role.isEmpty { throw QuotaErrors.noAuthMethod(path) }
            scope = QuotaScope(namespace: home.path)
            isInheritable = inheritable ?? false
            return
        }
        guard let hit = services.mounts.routes(in: home).find(rest) else { throw QuotaErrors.mount(path) }
        let suffix = Self.trimmed(hit.rest)
        if !role.isEmpty {
            if !suffix.isEmpty { throw QuotaErrors.suffixAndRole }
            guard hit.route.mount.isAuth else { throw QuotaErrors.noAuthMethod(path) }
            guard hit.route.engine is any LoginRoles else { throw QuotaErrors.noRoles(path) }
        }
        if inheritable == true { throw QuotaErrors.mountInheritable }
        scope = QuotaScope(namespace: home.path, mount: hit.route.mount.path, suffix: suffix, role: role)
        isInheritable = false
    }

    private static func trimmed(_ path: String) -> String {
        var path = path[...]
        while path.first == "/" { path.removeFirst() }
        while path.last == "/" { path.removeLast() }
        return String(path)
    }
}

/// Texts that clients match on.
enum QuotaErrors {
    static let rate = EngineError.badRequest("'rate' is invalid")
    static let maximum = EngineError.badRequest("'max_leases' is invalid")
    static let grouping = EngineError.badRequest("'group_by' must be \"ip\" or \"none\"")
    static let globalInheritable = EngineError.badRequest("all global quotas must be inheritable")
    static let mountInheritable = EngineError.badRequest("only namespace quotas can be configured as inheritable")
    static let suffixAndRole = EngineError.badRequest(
        "Quotas cannot contain both a path suffix and a role. If a role is provided, path must be a valid mount with "
            + "a concept of roles")

    static func mount(_ path: String) -> EngineError { .badRequest("invalid mount path \"\(shown(path))\"") }

    static func noAuthMethod(_ path: String) -> EngineError {
        .badRequest(
            "Mount path \"\(shown(path))\" is not a valid auth method and therefore unsuitable for use with role-based "
                + "quotas")
    }

    static func noRoles(_ path: String) -> EngineError {
        .badRequest("Mount path \"\(shown(path))\" does not support use with role-based quotas")
    }

    /// Only what looks like a path.
    private static func shown(_ path: String) -> String {
        path.utf8.allSatisfy { (0x21...0x7e).contains($0) && $0 != UInt8(ascii: "\"") } ? String(path.prefix(200)) : "?"
    }
}
