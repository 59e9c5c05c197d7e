import CofferJSON
import ServerHarness
import Testing

@Suite struct DenialTests {
    @Test("a policy's denial is byte-equal to Vault's")
    func policy() async throws {
        let server = try await ServerHarness.unsealed()
        let token = try await server.token(["default"])
        for method in ["GET", "POST", "DELETE", "LIST"] {
            let answer = await server.send(
                method, "secret/data/x", method == "POST" ? ["data": ["a": 1]] : nil, token: token)
            #expect(answer.status == 403)
            #expect(answer.text == "{\"errors\":[\"1 error occurred:\\n\\t* permission denied\\n\\n\"]}\n")
        }
    }

    @Test("no token, and a token that nobody knows")
    func tokens() async throws {
        let server = try await ServerHarness.unsealed()
        let none = await server.send("GET", "secret/data/x", token: nil)
        #expect(none.status == 403)
        #expect(none.text == "{\"errors\":[\"permission denied\"]}\n")
        let unknown = await server.send("GET", "secret/data/x", token: "hvs.unknown")
        #expect(unknown.status == 403)
        #expect(
            unknown.text
                == "{\"errors\":[\"2 errors occurred:\\n\\t* permission denied\\n\\t* invalid token\\n\\n\"]}\n")
    }

    @Test("what does not exist is told only to those who may know")
    func mounts() async throws {
        let server = try await ServerHarness.unsealed()
        let answer = await server.send("GET", "nosuch/x")
        #expect(answer.status == 404)
        #expect(answer.errors == ["no handler for route \"nosuch/x\". route entry not found."])
        let token = try await server.token(["default"])
        #expect(await server.send("GET", "nosuch/x", token: token).status == 403)
        #expect(await server.send("GET", "nosuch/x", token: nil).status == 403)
    }

    @Test("a list of nothing is an empty 404")
    func emptyList() async throws {
        let server = try await ServerHarness.unsealed()
        let answer = await server.send("LIST", "secret/metadata/none")
        #expect(answer.status == 404)
        #expect(answer.text == "{\"errors\":[]}\n")
    }

    @Test("a deleted version is 404 with its metadata")
    func deletedVersion() async throws {
        let server = try await ServerHarness.unsealed()
        try await server.ok("POST", "secret/data/x", ["data": ["k": "v"]])
        try await server.ok("DELETE", "secret/data/x")
        let answer = await server.send("GET", "secret/data/x")
        #expect(answer.status == 404)
        #expect(answer["mount_type"]?.stringValue == "")
        #expect(answer.data?["data"] == .null)
        #expect(answer.data?["metadata"]?["version"]?.intValue == 1)
        #expect(answer.data?["metadata"]?["deletion_time"]?.stringValue != "")
    }

    @Test("operations and paths that a mount does not offer")
    func unsupported() async throws {
        let server = try await ServerHarness.unsealed()
        let operation = await server.send("DELETE", "sys/health")
        #expect(operation.status == 405)
        let path = await server.send("GET", "sys/nosuch")
        #expect(path.status == 404)
        #expect(path.errors == ["1 error occurred:\n\t* unsupported path\n\n"])
        let method = await server.send("BREW", "sys/health")
        #expect(method.status == 405)
        #expect(method.text == "{\"errors\":[]}\n")
    }

    @Test(
        "bad bodies are refused, and repeat nothing",
        arguments: [
            "{", "[1]", "{\"data\":", "{\"data\":{\"a\":1}}x", "{\"data\":{\"canary\"}}", "\u{0}",
            "{\"data\":\"canary\"}",
            "{'data':1}",
        ])
    func badBodies(body: String) async throws {
        let server = try await ServerHarness.unsealed()
        let answer = await server.send("POST", "secret/data/x", bytes: Array(body.utf8))
        #expect(answer.status == 400)
        #expect(!answer.text.contains("canary"))
        #expect(await server.send("GET", "secret/data/x").status == 404)
    }

    @Test("deep bodies are refused")
    func deep() async throws {
        let server = try await ServerHarness.unsealed()
        let body = String(repeating: "{\"a\":", count: 5000) + "1" + String(repeating: "}", count: 5000)
        #expect(await server.send("POST", "secret/data/x", bytes: Array(body.utf8)).status == 400)
    }

    @Test("large bodies are refused with 413")
    func large() async throws {
        let server = try await ServerHarness.unsealed()
        let body = [UInt8](repeating: 0x20, count: 33 << 20)
        #expect(await server.send("POST", "secret/data/x", bytes: body).status == 413)
    }
}
