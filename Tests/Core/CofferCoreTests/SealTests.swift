import CofferJSON
import CofferStorage
import MemoryStorage
import ServerHarness
import Testing

@Suite struct SealTests {
    /// A sealed server and its five shares, in hex; any three open it.
    private func fiveShares() async throws -> (ServerHarness, shares: [String], rootToken: String) {
        let server = ServerHarness()
        let answer = await server.send("PUT", "sys/init", ["secret_shares": 5, "secret_threshold": 3], token: nil)
        let shares = answer["keys"]?.arrayValue?.compactMap(\.stringValue) ?? []
        #expect(answer.status == 200 && shares.count == 5)
        return (server, shares, answer["root_token"]?.stringValue ?? "")
    }

    private func unseal(_ server: ServerHarness, _ key: String) async -> ServerAnswer {
        await server.send("PUT", "sys/unseal", ["key": .string(key)], token: nil)
    }

    @Test(
        "any three of five shares open the server, in any order",
        arguments: [[0, 1, 2], [4, 2, 0], [3, 4, 1], [2, 3, 4]])
    func anyThree(order: [Int]) async throws {
        let (server, shares, rootToken) = try await fiveShares()
        #expect(await unseal(server, shares[order[0]])["progress"]?.intValue == 1)
        let second = await unseal(server, shares[order[1]])
        #expect(second["progress"]?.intValue == 2)
        #expect(second["sealed"]?.boolValue == true)
        #expect(second["nonce"]?.stringValue?.utf8.count == 36)
        let third = await unseal(server, shares[order[2]])
        #expect(third["sealed"]?.boolValue == false)
        #expect(third["progress"]?.intValue == 0)
        #expect(third["nonce"]?.stringValue == "")
        #expect(await server.send("GET", "auth/token/lookup-self", token: rootToken).status == 200)
    }

    @Test("a wrong share fails at the threshold with a clear text, and progress starts over")
    func wrongShare() async throws {
        let (server, shares, _) = try await fiveShares()
        let wrong = String(repeating: "ab", count: 33)
        _ = await unseal(server, shares[0])
        _ = await unseal(server, shares[1])
        let failed = await unseal(server, wrong)
        #expect(failed.status == 400)
        #expect(failed.errors == ["Unseal failed, invalid key"])
        let status = await server.send("GET", "sys/seal-status", token: nil)
        #expect(status["progress"]?.intValue == 0)
        #expect(status["nonce"]?.stringValue == "")
        for share in shares.prefix(3) { _ = await unseal(server, share) }
        #expect(await server.send("GET", "sys/seal-status", token: nil)["sealed"]?.boolValue == false)
    }

    @Test("the same share twice does not advance, and reset clears")
    func duplicateAndReset() async throws {
        let (server, shares, _) = try await fiveShares()
        _ = await unseal(server, shares[0])
        #expect(await unseal(server, shares[0])["progress"]?.intValue == 1)
        let reset = await server.send("PUT", "sys/unseal", ["reset": true], token: nil)
        #expect(reset["progress"]?.intValue == 0)
        #expect(reset["nonce"]?.stringValue == "")
    }

    @Test("an unreadable or missing key is refused with Vault's texts")
    func unreadable() async throws {
        let (server, _, _) = try await fiveShares()
        #expect(
            await server.send("PUT", "sys/unseal", [:], token: nil).errors
                == ["'key' must be specified in request body as JSON, or 'reset' set to true"])
        #expect(await unseal(server, "not a key!").errors == ["'key' must be a valid hex or base64 string"])
        #expect(await unseal(server, "abcd").status == 400)
    }

    @Test("a sealed server answers 503 to everything but its own state")
    func sealed() async throws {
        let (server, _, _) = try await fiveShares()
        for path in ["secret/x", "auth/token/lookup-self", "sys/mounts", "sys/policies/acl/x"] {
            let answer = await server.send("GET", path)
            #expect(answer.status == 503)
            #expect(answer.text == "{\"errors\":[\"Vault is sealed\"]}\n")
        }
        #expect(await server.send("GET", "sys/health", token: nil).status == 503)
        #expect(await server.send("GET", "sys/health", token: nil, query: "sealedcode=299").status == 299)
    }

    @Test("an uninitialised server says so")
    func uninitialised() async throws {
        let server = ServerHarness()
        #expect(await server.send("GET", "sys/health", token: nil).status == 501)
        #expect(await server.send("GET", "sys/init", token: nil)["initialized"]?.boolValue == false)
        let status = await server.send("GET", "sys/seal-status", token: nil)
        #expect(status["t"]?.intValue == 0 && status["n"]?.intValue == 0)
        #expect(status["initialized"]?.boolValue == false)
    }

    @Test("a server is initialised once")
    func once() async throws {
        let (server, _, _) = try await fiveShares()
        let again = await server.send("PUT", "sys/init", ["secret_shares": 1, "secret_threshold": 1], token: nil)
        #expect(again.status == 400)
        #expect(again.errors == ["Vault is already initialized"])
    }

    @Test("impossible counts are refused", arguments: [(0, 0), (1, 2), (5, 1), (256, 3), (-1, -1)])
    func counts(shares: Int, threshold: Int) async {
        let server = ServerHarness()
        let answer = await server.send(
            "PUT", "sys/init", ["secret_shares": .int(shares), "secret_threshold": .int(threshold)], token: nil)
        #expect(answer.status == 400)
        #expect(await server.send("GET", "sys/init", token: nil)["initialized"]?.boolValue == false)
    }

    @Test("data survive sealing, and a storage that fails at initialisation stays empty")
    func sealAndBack() async throws {
        let (server, shares, rootToken) = try await fiveShares()
        for share in shares.prefix(3) { _ = await unseal(server, share) }
        try await server.ok("POST", "sys/mounts/kv", ["type": "kv"], token: rootToken)
        try await server.ok("POST", "kv/x", ["k": "v"], token: rootToken)
        try await server.ok("PUT", "sys/seal", token: rootToken)
        #expect(await server.send("GET", "kv/x", token: rootToken).status == 503)
        for share in shares.suffix(3) { _ = await unseal(server, share) }
        #expect(await server.send("GET", "kv/x", token: rootToken).data?["k"]?.stringValue == "v")
    }

    @Test("no storage failure during initialisation leaves half a server", arguments: 1...6)
    func failingStorage(operation: Int) async throws {
        let storage = MemoryStorage()
        let server = ServerHarness(storage: storage)
        storage.faults.fail(operation: operation, with: .unavailable("planned"))
        let first = await server.send("PUT", "sys/init", ["secret_shares": 1, "secret_threshold": 1], token: nil)
        if first.status == 200 { return }
        let keys = try await storage.scan("", after: nil, limit: .max)
        #expect(keys.isEmpty)
        let second = await server.send("PUT", "sys/init", ["secret_shares": 1, "secret_threshold": 1], token: nil)
        #expect(second.status == 200)
    }
}
