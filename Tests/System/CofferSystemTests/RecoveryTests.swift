import CofferBase
import CofferCore
import CofferFramework
import CofferJSON
import CofferSystem
import MemoryStorage
import ServerHarness
import Testing

@Suite struct RecoveryTests {
    /// A storage with a secret, opened in recovery mode, and the shares of its seal.
    private func recovering() async throws -> (ServerHarness, shares: [String], mount: String) {
        let storage = MemoryStorage()
        let server = ServerHarness(storage: storage)
        let made = try await server.ok("PUT", "sys/init", ["secret_shares": 3, "secret_threshold": 2], token: nil)
        let shares = made["keys"]?.arrayValue?.compactMap(\.stringValue) ?? []
        for share in shares.prefix(2) { try await server.ok("PUT", "sys/unseal", ["key": .string(share)], token: nil) }
        let token = made["root_token"]?.stringValue
        try await server.ok("POST", "sys/mounts/kv", ["type": "kv"], token: token)
        try await server.ok("POST", "kv/x", ["k": "v"], token: token)
        let mounts = try await server.ok("GET", "sys/mounts", token: token)
        await server.core.sealNow()
        let recovering = ServerHarness(storage: storage)
        recovering.core.install(system: RecoveryEngine(core: recovering.core).paths)
        return (recovering, shares, mounts.data?["kv/"]?["uuid"]?.stringValue ?? "")
    }

    private func recoveryToken(_ server: ServerHarness, _ shares: some Sequence<String>) async throws -> String {
        let begun = try await server.ok("PUT", "sys/generate-recovery-token/attempt", [:], token: nil)
        let password = begun["otp"]?.stringValue ?? ""
        var last = begun
        for share in shares {
            last = await server.send(
                "PUT", "sys/generate-recovery-token/update",
                ["key": .string(share), "nonce": begun["nonce"] ?? ""], token: nil)
        }
        let hidden = Base64.unpadded.decode(last["encoded_token"]?.stringValue ?? "") ?? []
        return String(decoding: zip(hidden, password.utf8).map { $0 ^ $1 }, as: UTF8.self)
    }

    @Test("the holders of the shares read and write the decrypted storage")
    func raw() async throws {
        let (server, shares, mount) = try await recovering()
        let token = try await recoveryToken(server, shares.suffix(2))
        #expect(token.hasPrefix("hvr.") && token.utf8.count == 28)
        let path = "sys/raw/logical/\(mount)/secrets/x"
        let read = await server.send("GET", path, token: token)
        #expect(read.data?["value"]?.stringValue?.contains("\"v\"") == true)
        #expect(await server.send("PUT", path, ["value": "mended"], token: token).status == 204)
        #expect(await server.send("GET", path, token: token).data?["value"]?.stringValue == "mended")
        #expect(await server.send("LIST", "sys/raw/core", token: token).status == 200)
        #expect(await server.send("GET", "sys/raw/core/keyring", token: token).status == 400)
    }

    @Test("nothing else answers, and the server counts as sealed")
    func nothingElse() async throws {
        let (server, shares, _) = try await recovering()
        let token = try await recoveryToken(server, shares.prefix(2))
        for path in ["kv/x", "sys/mounts", "auth/token/lookup-self", "sys/policies/acl/default"] {
            #expect(await server.send("GET", path, token: token).status == 503)
        }
        #expect(await server.send("PUT", "sys/unseal", ["key": .string(shares[0])], token: nil).status == 503)
        #expect(await server.send("GET", "sys/seal-status", token: nil)["sealed"]?.boolValue == true)
    }

    // U04 (GHSA-34fc-gh42-pj53): the token must be compared in constant time; `scripts/check` refuses `==` on it.
    @Test("a token that differs anywhere opens nothing, nor does none at all")
    func wrongTokens() async throws {
        let (server, shares, _) = try await recovering()
        #expect(await server.send("LIST", "sys/raw/core", token: nil).status == 403)
        #expect(await server.send("LIST", "sys/raw/core", token: "").status == 403)
        let token = try await recoveryToken(server, shares.prefix(2))
        let letters = Array(token.utf8)
        for index in letters.indices {
            var other = letters
            other[index] = other[index] == UInt8(ascii: "a") ? UInt8(ascii: "b") : UInt8(ascii: "a")
            let wrong = String(decoding: other, as: UTF8.self)
            #expect(await server.send("LIST", "sys/raw/core", token: wrong).status == 403)
        }
        #expect(await server.send("LIST", "sys/raw/core", token: String(token.dropLast())).status == 403)
        #expect(await server.send("LIST", "sys/raw/core", token: token + "a").status == 403)
        #expect(await server.send("LIST", "sys/raw/core", token: nil).status == 403)
    }

    @Test("wrong shares make no token and clear the progress")
    func wrongShares() async throws {
        let (server, shares, _) = try await recovering()
        let begun = try await server.ok("PUT", "sys/generate-recovery-token/attempt", [:], token: nil)
        let nonce = begun["nonce"] ?? ""
        let path = "sys/generate-recovery-token/update"
        #expect(
            await server.send("PUT", path, ["key": .string(shares[0]), "nonce": nonce], token: nil)["progress"]?
                .intValue == 1)
        let wrong = String(repeating: "ab", count: 33)
        #expect(await server.send("PUT", path, ["key": .string(wrong), "nonce": nonce], token: nil).status == 400)
        let status = await server.send("GET", "sys/generate-recovery-token/attempt", token: nil)
        #expect(status["progress"]?.intValue == 0 && status["started"]?.boolValue == true)
        #expect(await server.send("DELETE", "sys/generate-recovery-token/attempt", token: nil).status == 204)
    }

    @Test("outside of recovery mode there is no such token")
    func normalMode() async throws {
        let server = try await ServerHarness.unsealed()
        #expect(await server.send("PUT", "sys/generate-recovery-token/attempt", [:]).status == 404)
    }
}
