import CofferBase
import CofferJSON
import CofferStorage
import MemoryStorage
import ServerHarness
import Testing

@Suite struct GenerateRootTests {
    /// The token that answer and one-time password give together.
    private func decode(_ answer: ServerAnswer?, _ password: String) -> String {
        guard let encoded = answer?["encoded_token"]?.stringValue, let bytes = Base64.unpadded.decode(encoded) else {
            return ""
        }
        return String(decoding: zip(bytes, password.utf8).map { $0 ^ $1 }, as: UTF8.self)
    }

    @Test(
        "the holders of the shares make an orphan root token",
        arguments: ["sys/generate-root/attempt", "sys/generate-root"])
    func generate(path: String) async throws {
        let holders = try await ShareHolders()
        let begun = await holders.server.send("PUT", path, [:], token: nil)
        let password = begun["otp"]?.stringValue ?? ""
        #expect(password.utf8.count == 28)
        #expect(
            begun.text == """
                {"nonce":"\(begun.nonce)","started":true,"progress":0,"required":3,"complete":false,\
                "encoded_token":"","encoded_root_token":"","pgp_fingerprint":"","otp":"\(password)","otp_length":28}

                """)
        #expect(await holders.server.send("GET", path, token: nil)["otp"]?.stringValue == "")
        let made = await holders.give(holders.shares.suffix(3), to: "sys/generate-root/update", nonce: begun.nonce)
        #expect(made?["complete"]?.boolValue == true && made?["progress"]?.intValue == 3)
        #expect(made?["encoded_root_token"] == made?["encoded_token"])
        // 28 bytes are 38 characters without padding.
        #expect(made?["encoded_token"]?.stringValue?.utf8.count == 38)
        let token = decode(made, password)
        let decoded = await holders.server.send(
            "PUT", "sys/decode-token", ["encoded_token": made?["encoded_token"] ?? "", "otp": .string(password)],
            token: nil)
        #expect(decoded.data?["token"]?.stringValue == token)
        let wrong = await holders.server.send(
            "PUT", "sys/decode-token", ["encoded_token": "AAAA", "otp": "x"], token: nil)
        #expect(wrong.status == 400)
        #expect(token.hasPrefix("hvs.") && token.utf8.count == 28)
        let found = await holders.server.send("GET", "auth/token/lookup-self", token: token).data
        #expect(found?["policies"] == ["root"])
        #expect(found?["orphan"]?.boolValue == true && found?["ttl"]?.intValue == 0)
        #expect(found?["path"]?.stringValue == "auth/token/root" && found?["type"]?.stringValue == "service")
        #expect(await holders.server.send("GET", path, token: nil)["started"]?.boolValue == false)
    }

    @Test("a password of one's own is used and not shown; one of another length is refused")
    func ownPassword() async throws {
        let holders = try await ShareHolders(shares: 1, threshold: 1)
        let path = "sys/generate-root/attempt"
        let short = await holders.server.send("PUT", path, ["otp": "short"], token: nil)
        #expect(short.status == 400 && short.errors == ["OTP string is wrong length"])
        let password = "abcdefghijklmnopqrstuvwxyz01"
        let begun = await holders.server.send("PUT", path, ["otp": .string(password)], token: nil)
        #expect(begun["otp"]?.stringValue == "")
        let made = await holders.give(holders.shares, to: "sys/generate-root/update", nonce: begun.nonce)
        #expect(await holders.server.send("GET", "auth/token/lookup-self", token: decode(made, password)).status == 200)
    }

    @Test("refusals: no attempt, second attempt, wrong nonce, repeated share, wrong share")
    func refusals() async throws {
        let holders = try await ShareHolders()
        let update = "sys/generate-root/update"
        #expect(
            await holders.give(holders.shares.prefix(1), to: update, nonce: "x")?.errors
                == ["no root generation in progress"])
        let begun = try await holders.server.ok("PUT", "sys/generate-root/attempt", token: nil)
        #expect(
            await holders.server.send("PUT", "sys/generate-root/attempt", token: nil).errors
                == ["root generation already in progress"])
        #expect(
            await holders.give(holders.shares.prefix(1), to: update, nonce: "x")?.errors
                == ["incorrect nonce supplied; nonce for this root generation operation is \"\(begun.nonce)\""])
        #expect(
            await holders.give([holders.shares[0], holders.shares[0]], to: update, nonce: begun.nonce)?.errors
                == ["given key has already been provided during this generation operation"])
        let wrong = [holders.shares[1], String(repeating: "ab", count: 33)]
        #expect(await holders.give(wrong, to: update, nonce: begun.nonce)?.status == 400)
        #expect(
            await holders.server.send("GET", "sys/generate-root/attempt", token: nil)["progress"]?.intValue == 0)
        #expect(await holders.server.send("DELETE", "sys/generate-root/attempt", token: nil).status == 204)
        #expect(
            await holders.server.send("GET", "sys/generate-root/attempt", token: nil)["started"]?.boolValue == false)
    }

    @Test("when the answer cannot be audited there is no token, and the last share can be given again")
    func audit() async throws {
        let holders = try await ShareHolders()
        try await holders.server.ok("PUT", "sys/audit/a", ["type": "recording"], token: holders.rootToken)
        holders.server.audit.fail(afterLines: 1)
        let unheard = await holders.server.send("PUT", "sys/generate-root/attempt", token: nil)
        holders.server.audit.fail(false)
        #expect(unheard.status == 500 && unheard["otp"] == nil)
        #expect(
            await holders.server.send("GET", "sys/generate-root/attempt", token: nil)["started"]?.boolValue == false)
        let begun = try await holders.server.ok("PUT", "sys/generate-root/attempt", token: nil)
        let password = begun["otp"]?.stringValue ?? ""
        _ = await holders.give(holders.shares.prefix(2), to: "sys/generate-root/update", nonce: begun.nonce)
        let before = try await accessors(holders)
        holders.server.audit.fail(afterLines: 1)
        let withheld = await holders.give(holders.shares[2...2], to: "sys/generate-root/update", nonce: begun.nonce)
        holders.server.audit.fail(false)
        #expect(withheld?.status == 500 && withheld?["encoded_token"] == nil)
        #expect(try await accessors(holders) == before)
        let made = await holders.give(holders.shares[2...2], to: "sys/generate-root/update", nonce: begun.nonce)
        let token = decode(made, password)
        #expect(await holders.server.send("GET", "auth/token/lookup-self", token: token).status == 200)
        let encoded = made?["encoded_token"]?.stringValue ?? ""
        for secret in [token, password, encoded] { #expect(!holders.server.audit.text.contains(secret)) }
    }

    private func accessors(_ holders: ShareHolders) async throws -> Int {
        try await holders.server.ok("LIST", "auth/token/accessors", token: holders.rootToken).keys.count
    }

    @Test("a storage that fails makes no token, and the last share can be given again")
    func failingStorage() async throws {
        let holders = try await ShareHolders(shares: 1, threshold: 1)
        let begun = try await holders.server.ok("PUT", "sys/generate-root/attempt", token: nil)
        holders.storage.faults.failCommit(with: .unavailable("planned"))
        let failed = await holders.give(holders.shares, to: "sys/generate-root/update", nonce: begun.nonce)
        #expect(failed?.status == 503)
        let made = await holders.give(holders.shares, to: "sys/generate-root/update", nonce: begun.nonce)
        let token = decode(made, begun["otp"]?.stringValue ?? "")
        #expect(await holders.server.send("GET", "auth/token/lookup-self", token: token).status == 200)
    }
}
