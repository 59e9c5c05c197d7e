import CofferFramework
import CofferJSON
import ServerHarness

/// A server with the namespaces `a`, `a/c` and `b`, each with a mount `secret/`, an entry `x` and a policy `p` for it.
enum NamespaceServer {
    static let names = ["a", "a/c", "b"]

    static func make(engines: [EngineKind] = []) async throws -> ServerHarness {
        let server = try await ServerHarness.unsealed(engines: engines)
        for name in names {
            let parts = name.split(separator: "/")
            let parent = parts.dropLast().map { $0 + "/" }.joined()
            try await server.ok("POST", "\(parent)sys/namespaces/\(parts.last ?? "")")
            try await server.ok("POST", "\(name)/sys/mounts/secret", ["type": "kv"])
            try await server.ok("POST", "\(name)/secret/x", ["in": .string(name)])
            try await server.ok(
                "PUT", "\(name)/sys/policies/acl/p", ["policy": #"path "secret/*" { capabilities = ["read"] }"#])
        }
        return server
    }
}

extension ServerHarness {
    /// A token of a namespace.
    func token(_ namespace: String, _ policies: [String]) async throws -> String {
        let answer = try await ok("POST", "\(namespace)/auth/token/create", ["policies": .strings(policies)])
        return answer["auth"]?["client_token"]?.stringValue ?? ""
    }

    /// A token that may do everything in a namespace, and nothing outside.
    func admin(_ namespace: String) async throws -> String {
        let all = #"path "*" { capabilities = ["create", "read", "update", "delete", "list", "sudo"] }"#
        try await ok("PUT", "\(namespace)/sys/policies/acl/admin", ["policy": .string(all)])
        return try await token(namespace, ["admin"])
    }

    func id(_ path: String) async throws -> String {
        try await ok("SCAN", "sys/namespaces").data?["key_info"]?[path]?["id"]?.stringValue ?? ""
    }
}
