import CofferJSON
import ServerHarness

/// A server with userpass at `auth/userpass` and the user bob, whose password is `right`.
struct UserpassServer {
    let server: ServerHarness

    init(_ user: JSONObject = [:], users: [String] = ["bob"]) async throws {
        server = try await ServerHarness.unsealed()
        try await server.ok("POST", "sys/auth/userpass", ["type": "userpass"])
        var user = user
        user["password"] = "right"
        for name in users { try await server.ok("POST", "auth/userpass/users/\(name)", .object(user)) }
    }

    func login(_ name: String = "bob", _ password: JSON = "right") async -> ServerAnswer {
        await server.send("POST", "auth/userpass/login/\(name)", ["password": password], token: nil)
    }

    /// The token of a login that must succeed.
    func token(_ name: String = "bob") async throws -> String {
        let answer = try await server.ok("POST", "auth/userpass/login/\(name)", ["password": "right"], token: nil)
        return answer["auth"]?["client_token"]?.stringValue ?? ""
    }
}
