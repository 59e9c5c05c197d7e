import CofferBase
import CofferFramework
import CofferJSON
import TestSupport
import Testing
import TransitEngine

@Suite struct BatchTests {
    private static let good: JSON = ["plaintext": .string(base64("x")), "reference": "first"]
    private static let bad: JSON = ["plaintext": "abc*", "reference": "second"]

    @Test("items are answered in order, with their references; failed ones make the status 400")
    func order() async throws {
        let mount = try await transitMount()
        try await mount.makeKey()
        let reply = try await mount.write("encrypt/k", ["batch_input": [Self.good, Self.bad, Self.good]])
        #expect(reply.status == 400 && reply.items.count == 3)
        #expect(reply.items[0]["ciphertext"]?.stringValue?.hasPrefix("vault:v1:") == true)
        #expect(reply.items[0]["reference"] == "first" && reply.items[0]["error"] == nil)
        #expect(reply.items[1] == ["error": "illegal base64 data at input byte 3", "reference": "second"])
        let all = try await mount.write("encrypt/k", ["batch_input": [Self.good]])
        #expect(all.status == nil)
        let decrypted = try await mount.write(
            "decrypt/k", ["batch_input": .array(reply.items.map { ["ciphertext": $0["ciphertext"] ?? ""] })])
        #expect(decrypted.status == 400)
        #expect(decrypted.items[0]["plaintext"]?.stringValue == base64("x"))
        #expect(decrypted.items[1]["error"] == "missing ciphertext to decrypt")
    }

    @Test("the status of a partial failure can be chosen; of a whole failure it cannot")
    func partialFailure() async throws {
        let mount = try await transitMount()
        try await mount.makeKey()
        func status(_ items: [JSON], _ code: JSON) async throws -> Reply {
            try await mount.write(
                "encrypt/k", ["batch_input": .array(items), "partial_failure_response_code": code])
        }
        #expect(try await status([Self.good, Self.bad], 207).status == 207)
        #expect(try await status([Self.bad, Self.bad], 207).status == 400)
        #expect(try await status([Self.good], 207).status == nil)
        let odd = try await status([Self.good, Self.bad], 999)
        #expect(odd.status == 400 && odd.warnings.count == 1)
    }

    @Test("signing, verifying, rewrapping and MACs answer 200 whatever becomes of the items")
    func lenient() async throws {
        let mount = try await transitMount()
        try await mount.makeKey("s", "ed25519")
        try await mount.makeKey("k")
        let items: JSON = [["input": .string(base64("x")), "reference": "r"], ["reference": "none"]]
        for path in ["sign/s", "hmac/k"] {
            let reply = try await mount.write(path, ["batch_input": items])
            #expect(reply.status == nil && reply.items.count == 2)
            #expect(reply.items[0]["reference"] == "r" && reply.items[0]["error"] == nil)
            #expect(reply.items[1]["error"] != nil && reply.items[1]["reference"] == "none")
        }
        let rewrapped = try await mount.write(
            "rewrap/k",
            ["batch_input": [["ciphertext": .string(mount.encrypt("x"))], ["ciphertext": "vault:v9:AAAA"]]])
        #expect(rewrapped.status == nil)
        #expect(rewrapped.items[0]["key_version"] == 1)
        #expect(rewrapped.items[1]["error"] == "invalid ciphertext: version is too new")
    }

    @Test("a list that is none, is empty, or holds something else is refused")
    func malformed() async throws {
        let mount = try await transitMount()
        try await mount.makeKey()
        for path in ["encrypt/k", "decrypt/k", "rewrap/k", "hmac/k"] {
            await #expect(throws: EngineError.badRequest("missing batch input to process")) {
                try await mount.write(path, ["batch_input": []])
            }
            for junk in ["text", 5, ["a": "b"], [1], ["x"], [["context": ["deep": 1]]]] as [JSON] {
                let error = await #expect(throws: EngineError.self) {
                    try await mount.write(path, ["batch_input": junk])
                }
                #expect(error?.kind == .badRequest)
            }
        }
    }

    // L03
    @Test("a value of a wrong type is not repeated in the refusal")
    func noEcho() async throws {
        let mount = try await transitMount()
        try await mount.makeKey()
        let canary: JSON = ["canary-value": 1]
        for field in ["plaintext", "context", "nonce", "key_version", "associated_data", "reference", "padding_scheme"]
        {
            var item: JSONObject = ["plaintext": "", "reference": ""]
            item[field] = canary
            let error = await #expect(throws: EngineError.self) {
                try await mount.write("encrypt/k", ["batch_input": [.object(item)]])
            }
            #expect(error?.texts.joined().contains("canary") == false)
        }
    }

    @Test("contexts are given in every item or in none")
    func contexts() async throws {
        let mount = try await transitMount()
        try await mount.makeKey("k", "aes256-gcm96", ["derived": true])
        let with: JSON = ["plaintext": "", "context": .string(base64("c"))]
        await #expect(
            throws: EngineError.badRequest("context should be set either in all the request blocks or in none")
        ) {
            try await mount.write("encrypt/k", ["batch_input": [with, Self.good]])
        }
        #expect(try await mount.write("encrypt/k", ["batch_input": [with, with]]).status == nil)
    }
}
