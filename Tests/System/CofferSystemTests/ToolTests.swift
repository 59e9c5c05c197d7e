import CofferBase
import CofferJSON
import ServerHarness
import Testing

@Suite struct ToolTests {
    @Test("random bytes in the length and format that were asked for")
    func random() async throws {
        let server = try await ServerHarness.unsealed()
        let plain = try await server.ok("POST", "sys/tools/random")
        #expect(Base64.standard.decode(plain.data?["random_bytes"]?.stringValue ?? "")?.count == 32)
        let hex = try await server.ok("POST", "sys/tools/random/7", ["format": "hex"])
        #expect(hex.data?["random_bytes"]?.stringValue?.count == 14)
        let body = try await server.ok("POST", "sys/tools/random", ["bytes": 5, "format": "hex"])
        #expect(body.data?["random_bytes"]?.stringValue?.count == 10)
        let sourced = try await server.ok("POST", "sys/tools/random/platform/3", ["format": "hex"])
        #expect(sourced.data?["random_bytes"]?.stringValue?.count == 6)
        let source = try await server.ok("POST", "sys/tools/random/all")
        #expect(Base64.standard.decode(source.data?["random_bytes"]?.stringValue ?? "")?.count == 32)
    }

    @Test(
        "random refuses counts, formats and sources that it does not know",
        arguments: [
            ("sys/tools/random/0", [:]), ("sys/tools/random/131073", [:]), ("sys/tools/random", ["bytes": -1]),
            ("sys/tools/random", ["format": "canary"]), ("sys/tools/random/canary", [:]),
            ("sys/tools/random/seal", [:]), ("sys/tools/random/all/canary", [:]),
        ] as [(String, JSON)])
    func badRandom(path: String, body: JSON) async throws {
        let server = try await ServerHarness.unsealed()
        let answer = await server.send("POST", path, body)
        #expect(answer.status == 400)
        #expect(!answer.text.contains("canary"))
    }

    @Test("the hash of some data")
    func hash() async throws {
        let server = try await ServerHarness.unsealed()
        let input = Base64.standard.encode(Array("abc".utf8))
        let plain = try await server.ok("POST", "sys/tools/hash", ["input": .string(input)])
        #expect(
            plain.data?["sum"]?.stringValue == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        let named = try await server.ok(
            "POST", "sys/tools/hash/sha2-224", ["input": .string(input), "format": "base64"])
        #expect(named.data?["sum"]?.stringValue == "Iwl9IjQF2CKGQqR3vaJVsyqtvOS9oLP342ydpw==")
        for body: JSON in [["input": "%"], ["input": .string(input), "algorithm": "md5"]] {
            #expect(await server.send("POST", "sys/tools/hash", body).status == 400)
        }
    }

    @Test("password policies are kept, listed, used and deleted")
    func passwordPolicies() async throws {
        let server = try await ServerHarness.unsealed()
        let text = "length = 12\nrule \"charset\" { charset = \"xyz\" }"
        #expect(await server.send("LIST", "sys/policies/password").status == 404)
        #expect(await server.send("PUT", "sys/policies/password/p1", ["policy": .string(text)]).status == 204)
        let encoded = Base64.standard.encode(Array(text.utf8))
        #expect(await server.send("PUT", "sys/policies/password/p2", ["policy": .string(encoded)]).status == 204)
        #expect(try await server.ok("LIST", "sys/policies/password").keys == ["p1", "p2"])
        #expect(try await server.ok("GET", "sys/policies/password/p2").data?["policy"]?.stringValue == text)
        let made = try await server.ok("GET", "sys/policies/password/p1/generate").data?["password"]?.stringValue ?? ""
        #expect(made.count == 12 && made.allSatisfy { "xyz".contains($0) })
        #expect(await server.send("DELETE", "sys/policies/password/p1").status == 204)
        #expect(await server.send("GET", "sys/policies/password/p1").status == 404)
        #expect(await server.send("GET", "sys/policies/password/p1/generate").status == 404)
        #expect(await server.send("PUT", "sys/policies/password/p3", ["policy": "length = 1"]).status == 400)
        #expect(await server.send("PUT", "sys/policies/password/p3", [:]).errors == ["missing policy"])
    }
}
