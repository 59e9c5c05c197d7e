import CofferBase
import CofferJSON
import ServerHarness
import Testing

@Suite struct WrappingJWTTests {
    private static let format = [("X-Vault-Wrap-TTL", "60s"), ("X-Vault-Wrap-Format", "jwt")]

    private static func wrapped(_ server: ServerHarness) async throws -> String {
        try await server.ok("POST", "secret/data/x", ["data": ["a": "b"]])
        let answer = await server.send("GET", "secret/data/x", headers: format)
        return answer["wrap_info"]?["token"]?.stringValue ?? ""
    }

    private static func claims(_ jwt: String) throws -> JSON {
        let parts = jwt.split(separator: ".")
        #expect(parts.count == 3)
        return try JSON.parse(Base64.urlUnpadded.decode(parts[1]) ?? [])
    }

    @Test("the JWT names the token and opens as the token does, once")
    func opens() async throws {
        let server = try await ServerHarness.unsealed()
        let jwt = try await Self.wrapped(server)
        let claims = try Self.claims(jwt)
        #expect(claims["type"] == "wrapping")
        #expect(claims["jti"]?.stringValue?.hasPrefix("hvs.") == true)
        let lookup = try await server.ok("POST", "sys/wrapping/lookup", ["token": .string(jwt)], token: nil)
        #expect(lookup.data?["creation_path"] == "secret/data/x")
        let opened = try await server.ok("POST", "sys/wrapping/unwrap", token: jwt)
        #expect(opened.data?["data"]?["a"] == "b")
        #expect(await server.send("POST", "sys/wrapping/unwrap", token: jwt).status == 400)
        let inBody = try await Self.wrapped(server)
        let other = try await server.ok("POST", "sys/wrapping/unwrap", ["token": .string(inBody)])
        #expect(other.data?["data"]?["a"] == "b")
    }

    @Test("a JWT with another signature or claim opens nothing")
    func forged() async throws {
        let server = try await ServerHarness.unsealed()
        let jwt = try await Self.wrapped(server)
        let parts = jwt.split(separator: ".").map(String.init)
        var claims = try Self.claims(jwt).objectValue ?? [:]
        claims["exp"] = 0
        let changed = Base64.urlUnpadded.encode(JSON.object(claims).serialized())
        for forged in [
            "\(parts[0]).\(changed).\(parts[2])", "\(parts[0]).\(parts[1]).AAAA", "\(parts[0]).\(parts[1]).",
        ] {
            #expect(await server.send("POST", "sys/wrapping/unwrap", token: forged).status == 400)
            #expect(await server.send("POST", "sys/wrapping/lookup", ["token": .string(forged)]).status == 400)
        }
        #expect(await server.send("GET", "secret/data/x", token: jwt).status == 403)
        #expect(await server.send("POST", "sys/wrapping/unwrap", token: jwt).status == 200)
    }

    @Test("rewrapping keeps the form that is asked for, and the key is public")
    func rewrapped() async throws {
        let server = try await ServerHarness.unsealed()
        let jwt = try await Self.wrapped(server)
        let moved = await server.send(
            "POST", "sys/wrapping/rewrap", ["token": .string(jwt)], headers: [("X-Vault-Wrap-Format", "jwt")])
        let token = moved["wrap_info"]?["token"]?.stringValue ?? ""
        #expect(try Self.claims(token)["type"] == "wrapping")
        #expect(try await server.ok("POST", "sys/wrapping/unwrap", token: token).data?["data"]?["a"] == "b")
        let key = try await server.ok("GET", "sys/wrapping/pubkey", token: nil).data?["public_key"]?.stringValue
        #expect(key?.hasPrefix("-----BEGIN PUBLIC KEY-----") == true)
    }
}
