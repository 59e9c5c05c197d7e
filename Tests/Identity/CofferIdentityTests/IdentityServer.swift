import CofferCore
import CofferJSON
import ServerHarness
import TestSupport

/// A server with two auth mounts that believe what they are told.
struct IdentityServer: Sendable {
    let server: ServerHarness
    let one: String
    let two: String

    static func start(
        _ configure: (inout CoreConfiguration) -> Void = { _ in }
    ) async throws -> IdentityServer {
        let server = try await ServerHarness.unsealed(engines: [AliasLoginEngine.kind], configure: configure)
        for path in ["one", "two"] { try await server.ok("POST", "sys/auth/" + path, ["type": "alias"]) }
        let mounts = await server.send("GET", "sys/auth").data
        return IdentityServer(
            server: server, one: mounts?["one/"]?["accessor"]?.stringValue ?? "",
            two: mounts?["two/"]?["accessor"]?.stringValue ?? "")
    }

    func post(_ path: String, _ body: JSON, token: String? = "root") async -> ServerAnswer {
        await server.send("POST", "identity/" + path, body, token: token)
    }

    func get(_ path: String, token: String? = "root") async -> ServerAnswer {
        await server.send("GET", "identity/" + path, token: token)
    }

    func list(_ path: String) async -> ServerAnswer { await server.send("LIST", "identity/" + path) }
    func delete(_ path: String) async -> ServerAnswer { await server.send("DELETE", "identity/" + path) }

    /// The id that a create answers.
    func made(_ path: String, _ body: JSON) async throws -> String {
        let answer = await post(path, body)
        guard let id = answer.data?["id"]?.stringValue else { throw NothingMade(answer: answer.text) }
        return id
    }

    func login(_ name: String, at mount: String = "one", _ more: JSONObject = [:]) async -> ServerAnswer {
        var body = more
        body["alias"] = .string(name)
        return await server.send("POST", "auth/\(mount)/login", .object(body), token: nil)
    }

    func may(_ token: String?, _ method: String, _ path: String, _ body: JSON? = nil) async -> Bool {
        await server.send(method, path, body, token: token).status != 403
    }
}

struct NothingMade: Error { let answer: String }

extension ServerAnswer {
    var auth: JSON? { json?["auth"] }
    var clientToken: String? { auth?["client_token"]?.stringValue }
    var entityID: String? { auth?["entity_id"]?.stringValue }
    func strings(_ key: String) -> [String]? { data?[key]?.arrayValue?.compactMap(\.stringValue) }
    func authStrings(_ key: String) -> [String]? { auth?[key]?.arrayValue?.compactMap(\.stringValue) }
}
