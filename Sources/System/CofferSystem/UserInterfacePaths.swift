internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import NamespaceService
internal import PolicyService
internal import TokenService

/// More of `sys/internal/ui`: what a user interface asks after a login.
struct UserInterfacePaths {
    let core: Core

    var paths: [Path] {
        [
            Path(
                "internal/ui/resultant-acl", "What the calling token may do.",
                [
                    Verb(.read, "internal-ui-read-resultant-acl", "What the calling token may do.") { call in
                        guard let acl = try await core.acl(of: call) else { return .empty }
                        return .data(Self.wire(acl))
                    }
                ]),
            Path(
                "internal/ui/namespaces", "The namespaces below this one that a caller may see.",
                traits: .traits { $0.unauthenticated = [.read] },
                [
                    Verb(.read, "internal-ui-list-namespaces", "The namespaces below this one.") { call in
                        guard let acl = try await core.acl(of: call) else {
                            throw EngineError.denied("permission denied")
                        }
                        let prefix = try await core.policyPrefix(of: call)
                        let below = try core.open().namespaces.table.namespaces(below: call.namespace, isDeep: true)
                        let names = below.map { call.namespace.relativePath(of: $0.reference) }
                            .filter { acl.hasAccess(below: prefix + $0) }
                        // Without any, the root namespace alone, by its path.
                        return .data(["keys": names.isEmpty ? [""] : .strings(names)])
                    }
                ]),
            Path(
                "internal/ui/version", "The version of the server, for callers with a token.",
                [
                    Verb(.read, "internal-ui-read-version", "The version of the server.") { _ in
                        .data(["version": .string(core.configuration.reportedVersion)])
                    }
                ]),
        ]
    }

    /// Patterns that end in `*` stand without it under `glob_paths`.
    private static func wire(_ acl: ACL) -> JSONObject {
        var exact = JSONObject()
        var globs = JSONObject()
        for rule in acl.rules {
            let shown: JSON = ["capabilities": .strings(rule.capabilities)]
            if rule.pattern.hasSuffix("*") {
                globs[String(rule.pattern.dropLast())] = shown
            } else if rule.pattern.split(separator: "/").contains("+") {
                globs[rule.pattern] = shown
            } else {
                exact[rule.pattern] = shown
            }
        }
        return ["exact_paths": .object(exact), "glob_paths": .object(globs), "root": .bool(acl.isRoot)]
    }
}

extension Core {
    /// The rules of the calling token, also on paths that need none; nil without a usable token.
    func acl(of call: Call) async throws -> ACL? {
        let services = try open()
        // The request in hand may have spent the token's last use.
        guard let text = call.clientToken, let live = try await services.tokens.findCaller(text),
            services.policyPrefix(of: live, in: call.namespace) != nil
        else { return nil }
        return try await services.acl(of: live)
    }

    /// How the calling token's policies name the namespace of the call; empty without a usable token.
    func policyPrefix(of call: Call) async throws -> String {
        let services = try open()
        guard let text = call.clientToken, let live = try await services.tokens.findCaller(text) else { return "" }
        return services.policyPrefix(of: live, in: call.namespace) ?? ""
    }
}
