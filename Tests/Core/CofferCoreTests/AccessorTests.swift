import CofferJSON
import CofferStorage
import ServerHarness
import TestSupport
import Testing

@Suite struct AccessorTests {
    private func made(_ server: ServerHarness, _ body: JSON) async throws -> (token: String, accessor: String) {
        let auth = try await server.ok("POST", "auth/token/create", body)["auth"]
        return (try #require(auth?["client_token"]?.stringValue), try #require(auth?["accessor"]?.stringValue))
    }

    @Test("drawn tokens and those with ids of their own are found by their accessors, and by nothing like them")
    func lookUp() async throws {
        let server = try await ServerHarness.unsealed()
        for body in [["policies": ["default"]], ["policies": ["default"], "id": "my-own-id"]] as [JSON] {
            let (token, accessor) = try await made(server, body)
            let found = await server.send("POST", "auth/token/lookup-accessor", ["accessor": .string(accessor)])
            #expect(found.data?["accessor"]?.stringValue == accessor)
            #expect(found.data?["id"]?.stringValue == "")
            #expect(
                await server.send("GET", "auth/token/lookup-self", token: token).data?["accessor"]?.stringValue
                    == accessor)
            for wrong in [accessor + ".ns1", "x" + accessor.dropFirst(), String(accessor.dropLast())] {
                #expect(
                    await server.send("POST", "auth/token/lookup-accessor", ["accessor": .string(wrong)]).status == 400)
            }
            // An accessor opens nothing.
            #expect(await server.send("GET", "auth/token/lookup-self", token: accessor).status == 403)
            #expect(await server.send("GET", "auth/token/lookup-self", token: "hvs." + accessor).status == 403)
            try await server.ok("POST", "auth/token/revoke-accessor", ["accessor": .string(accessor)])
            #expect(await server.send("GET", "auth/token/lookup-self", token: token).status == 403)
            #expect(
                await server.send("POST", "auth/token/lookup-accessor", ["accessor": .string(accessor)]).status == 400)
        }
        #expect(
            try await server.storage.scan("sys/token/accessor/", after: nil, limit: 9).count <= 1, "the root token's")
    }

    @Test("both kinds are in one list")
    func list() async throws {
        let server = try await ServerHarness.unsealed()
        var accessors: Set<String> = []
        for number in 0..<3 {
            accessors.insert(try await made(server, ["policies": ["default"]]).accessor)
            accessors.insert(
                try await made(server, ["policies": ["default"], "id": .string("own-\(number)")]).accessor)
        }
        let all = await server.send("LIST", "auth/token/accessors").keys
        #expect(accessors.isSubset(of: Set(all)))
        #expect(all.count == 7)
    }
}
