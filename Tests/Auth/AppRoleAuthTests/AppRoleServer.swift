import CofferJSON
import ServerHarness

/// A server with AppRole at `auth/approle` and the role `web`.
struct AppRoleServer {
    let server: ServerHarness

    init(_ role: JSONObject = [:]) async throws {
        server = try await ServerHarness.unsealed()
        try await server.ok("POST", "sys/auth/approle", ["type": "approle"])
        try await server.ok("POST", "auth/approle/role/web", .object(role))
    }

    func send(_ method: String, _ path: String, _ body: JSON? = nil) async -> ServerAnswer {
        await server.send(method, "auth/approle/role/" + path, body)
    }

    @discardableResult
    func ok(_ method: String, _ path: String, _ body: JSON? = nil) async throws -> ServerAnswer {
        try await server.ok(method, "auth/approle/role/" + path, body)
    }

    func roleID(_ role: String = "web") async throws -> String {
        try await ok("GET", "\(role)/role-id").data?["role_id"]?.stringValue ?? ""
    }

    /// A new secret id of the role, as it was answered.
    func secretID(_ role: String = "web", _ options: JSON = [:]) async throws -> (id: String, accessor: String) {
        let data = try await ok("POST", "\(role)/secret-id", options).data
        return (data?["secret_id"]?.stringValue ?? "", data?["secret_id_accessor"]?.stringValue ?? "")
    }

    func login(_ roleID: String, _ secretID: String?) async -> ServerAnswer {
        var body: JSONObject = ["role_id": .string(roleID)]
        body["secret_id"] = secretID.map { .string($0) }
        return await server.send("POST", "auth/approle/login", .object(body), token: nil)
    }
}
