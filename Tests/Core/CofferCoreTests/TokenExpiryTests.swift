import CofferBase
import CofferCore
import CofferJSON
import CofferStorage
import ServerHarness
import TestSupport
import Testing

@Suite struct TokenExpiryTests {
    private static let folders: [StorageKey] = ["sys/token/", "sys/expire/", "cubbyhole/", "sys/cubbyhole/"]

    private func traces(_ fixture: LeaseServer) async throws -> Set<String> {
        var found: Set<String> = []
        for folder in Self.folders { found.formUnion(try await fixture.entries(folder)) }
        return found
    }

    private func child(of token: String, _ fixture: LeaseServer, ttl: String) async throws -> String {
        let made = try await fixture.server.ok("POST", "auth/token/create", ["ttl": .string(ttl)], token: token)
        return made["auth"]?["client_token"]?.stringValue ?? ""
    }

    @Test("tokens that expire at once leave no trace, whatever they hold")
    func together() async throws {
        let fixture = try await LeaseServer()
        let server = fixture.server
        try await server.policy("maker", "path \"auth/token/create\" { capabilities = [\"update\"] }")
        let lasting = try await server.token(["maker", "app"], ["ttl": "20h"])
        // What the first of each makes for good: entities of indices, quotas and the like.
        _ = try await child(of: lasting, fixture, ttl: "1s")
        try await fixture.advance(2)
        let before = try await traces(fixture)
        var tokens: [String] = []
        for number in 0..<250 {
            let token = try await server.token(["maker", "app"], ["ttl": "1h", "no_parent": .bool(number % 2 == 0)])
            tokens.append(token)
            switch number % 10 {
            case 1: _ = try await child(of: token, fixture, ttl: "1h")
            case 2: _ = try await fixture.lease(token: token)
            case 3: try await server.ok("POST", "cubbyhole/a", ["b": "c"], token: token)
            case 4:
                for name in 0..<12 { try await server.ok("POST", "cubbyhole/\(name)", ["b": "c"], token: token) }
            case 5: tokens.append(try await child(of: lasting, fixture, ttl: "1h"))
            case 6:
                _ = await server.send(
                    "GET", "auth/token/lookup-self", token: token, headers: [("X-Vault-Wrap-TTL", "1h")])
            default: break
            }
        }
        try await fixture.advance(3700)
        await fixture.target.waitUntilEmpty()
        // Where families were left, the window is looked at once more.
        try await fixture.advance(11)
        #expect(try await traces(fixture).subtracting(before) == [])
        for token in [tokens[0], tokens[1], tokens[200]] {
            #expect(await server.send("GET", "auth/token/lookup-self", token: token).status == 403)
        }
        #expect(await server.send("GET", "auth/token/lookup-self", token: lasting).status == 200)
    }

    @Test("a token that is renewed while others expire stays")
    func renewed() async throws {
        let fixture = try await LeaseServer()
        var tokens: [String] = []
        for _ in 0..<20 { tokens.append(try await fixture.server.token(["default"], ["ttl": "1h"])) }
        try await fixture.advance(1800)
        try await fixture.server.ok("POST", "auth/token/renew-self", ["increment": "1h"], token: tokens[7])
        try await fixture.advance(1900)
        for (number, token) in tokens.enumerated() {
            let status = await fixture.server.send("GET", "auth/token/lookup-self", token: token).status
            #expect(status == (number == 7 ? 200 : 403))
        }
        // The window of all of them is listed for its end.
        #expect(try await fixture.entries("sys/expire/at/").count == 2)
        try await fixture.advance(1700)
        for folder in ["sys/expire/at/", "sys/expire/window/", "sys/token/id/h"] as [StorageKey] {
            #expect(try await fixture.entries(folder).isEmpty)
        }
    }

    @Test("a damaged token keeps its place, and the others that expire with it go")
    func damaged() async throws {
        let fixture = try await LeaseServer()
        var tokens: [String] = []
        for _ in 0..<5 { tokens.append(try await fixture.server.token(["default"], ["ttl": "1h"])) }
        let token = try #require(try await fixture.entries("sys/token/id/h").first)
        try await fixture.server.change([StorageKey(token): .put([1, 2, 3])])
        try await fixture.advance(3700)
        #expect(try await fixture.entries("sys/token/id/h") == [token])
        #expect(try await fixture.entries("sys/expire/window/auth/token/create/").count == 1)
        #expect(try await fixture.entries("sys/expire/at/").count == 1)
    }
}
