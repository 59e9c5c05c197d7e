import CofferCore
import CofferJSON
import CofferStorage
import MemoryStorage
import ServerHarness
import Testing

@Suite struct RekeyTests {
    private func begin(
        _ holders: ShareHolders, shares: Int, threshold: Int, verify: Bool = false
    ) async throws -> String {
        try await holders.server.ok(
            "PUT", "sys/rekey/init",
            [
                "secret_shares": .int(shares), "secret_threshold": .int(threshold),
                "require_verification": .bool(verify),
            ], token: nil
        ).nonce
    }

    @Test(
        "from five shares to any other counts: the new ones open, the old ones do not",
        arguments: [(1, 1), (3, 2), (7, 7)])
    func counts(shares: Int, threshold: Int) async throws {
        let holders = try await ShareHolders()
        let nonce = try await begin(holders, shares: shares, threshold: threshold)
        let made = try #require(await holders.give(holders.shares[1...3], to: "sys/rekey/update", nonce: nonce))
        #expect(made.status == 200)
        #expect(made["complete"]?.boolValue == true)
        #expect(made.nonce == nonce)
        #expect(made.newShares.count == shares)
        #expect(made["keys_base64"]?.arrayValue?.count == shares)
        #expect(made["pgp_fingerprints"] == .null)
        let status = await holders.server.send("GET", "sys/seal-status", token: nil)
        #expect(status["n"]?.intValue == Int64(shares) && status["t"]?.intValue == Int64(threshold))
        #expect(try await !holders.open(with: holders.shares.prefix(3)))
        #expect(try await holders.open(with: made.newShares.suffix(threshold)))
        #expect(await holders.server.send("GET", "auth/token/lookup-self", token: holders.rootToken).status == 200)
    }

    @Test("the answers while a rekey goes on")
    func progress() async throws {
        let holders = try await ShareHolders()
        let idle = await holders.server.send("GET", "sys/rekey/init", token: nil)
        #expect(
            idle.text == """
                {"nonce":"","started":false,"t":0,"n":0,"progress":0,"required":3,"pgp_fingerprints":null,\
                "backup":false,"verification_required":false}

                """)
        let nonce = try await begin(holders, shares: 4, threshold: 2)
        let one = try #require(await holders.give(holders.shares.prefix(1), to: "sys/rekey/update", nonce: nonce))
        #expect(
            one.text == """
                {"nonce":"\(nonce)","started":true,"t":2,"n":4,"progress":1,"required":3,"pgp_fingerprints":null,\
                "backup":false,"verification_required":false}

                """)
        let again = await holders.server.send(
            "PUT", "sys/rekey/init", ["secret_shares": 1, "secret_threshold": 1], token: nil)
        #expect(again.errors == ["rekey already in progress"] && again.status == 400)
    }

    @Test("wrong nonce, repeated share, unreadable share, no rekey")
    func refusals() async throws {
        let holders = try await ShareHolders()
        let early = await holders.give(holders.shares.prefix(1), to: "sys/rekey/update", nonce: "x")
        #expect(early?.errors == ["no barrier rekey in progress"])
        let nonce = try await begin(holders, shares: 1, threshold: 1)
        let foreign = await holders.give(holders.shares.prefix(1), to: "sys/rekey/update", nonce: "x")
        #expect(foreign?.errors == ["incorrect nonce supplied; nonce for this rekey operation is \"\(nonce)\""])
        let twice = [holders.shares[0], holders.shares[0]]
        #expect(
            await holders.give(twice, to: "sys/rekey/update", nonce: nonce)?.errors
                == ["given key has already been provided during this generation operation"])
        #expect(
            await holders.give(["zz"], to: "sys/rekey/update", nonce: nonce)?.errors
                == ["'key' must be a valid hex or base64 string"])
        #expect(
            await holders.give([""], to: "sys/rekey/update", nonce: nonce)?.errors
                == ["'key' must be specified in request body as JSON"])
        #expect(await holders.give(["abcd"], to: "sys/rekey/update", nonce: nonce)?.status == 400)
    }

    @Test("a wrong share at the threshold clears progress and changes nothing")
    func wrongShare() async throws {
        let holders = try await ShareHolders()
        let nonce = try await begin(holders, shares: 1, threshold: 1)
        let wrong = holders.shares.prefix(2) + [String(repeating: "ab", count: 33)]
        let failed = await holders.give(wrong, to: "sys/rekey/update", nonce: nonce)
        #expect(failed?.status == 400)
        #expect(await holders.server.send("GET", "sys/rekey/init", token: nil)["progress"]?.intValue == 0)
        let made = await holders.give(holders.shares.prefix(3), to: "sys/rekey/update", nonce: nonce)
        #expect(made?["complete"]?.boolValue == true)
    }

    @Test("cancelling needs the nonce, and forgets what was given")
    func cancel() async throws {
        let holders = try await ShareHolders()
        #expect(await holders.server.send("DELETE", "sys/rekey/init", token: nil).status == 204)
        let nonce = try await begin(holders, shares: 1, threshold: 1)
        #expect(await holders.server.send("DELETE", "sys/rekey/init", token: nil).status == 400)
        #expect(await holders.server.send("DELETE", "sys/rekey/init", ["nonce": "x"], token: nil).status == 400)
        let done = await holders.server.send("DELETE", "sys/rekey/init", ["nonce": .string(nonce)], token: nil)
        #expect(done.status == 204)
        #expect(await holders.server.send("GET", "sys/rekey/init", token: nil)["started"]?.boolValue == false)
    }

    @Test(
        "impossible counts, and a backup without keys, are refused",
        arguments: [(0, 0), (3, 1), (2, 3), (256, 3), (1, 0)])
    func impossible(shares: Int, threshold: Int) async throws {
        let holders = try await ShareHolders(shares: 1, threshold: 1)
        let body: JSON = ["secret_shares": .int(shares), "secret_threshold": .int(threshold)]
        #expect(await holders.server.send("PUT", "sys/rekey/init", body, token: nil).status == 400)
        let backup: JSON = ["secret_shares": 1, "secret_threshold": 1, "backup": true]
        #expect(
            await holders.server.send("PUT", "sys/rekey/init", backup, token: nil).errors
                == ["cannot request a backup of the new keys without providing PGP keys for encryption"])
        #expect(await holders.server.send("GET", "sys/rekey/init", token: nil)["started"]?.boolValue == false)
        #expect(
            await holders.server.send("GET", "sys/rekey/backup", token: holders.rootToken).errors
                == ["no backed-up keys found"])
    }

    @Test("with verification the old shares stay valid until the new ones were given back")
    func verification() async throws {
        let holders = try await ShareHolders()
        let nonce = try await begin(holders, shares: 3, threshold: 2, verify: true)
        let made = try #require(await holders.give(holders.shares.prefix(3), to: "sys/rekey/update", nonce: nonce))
        let check = made["verification_nonce"]?.stringValue ?? ""
        #expect(made["verification_required"]?.boolValue == true && check.utf8.count == 36 && check != nonce)
        #expect(await holders.server.send("GET", "sys/seal-status", token: nil)["n"]?.intValue == 5)
        let late = await holders.give(holders.shares.prefix(1), to: "sys/rekey/update", nonce: nonce)
        #expect(late?.errors.first?.hasSuffix("nonce for the verification operation is \"\(check)\"") == true)
        let one = try #require(await holders.give(made.newShares.prefix(1), to: "sys/rekey/verify", nonce: check))
        #expect(one.text == "{\"nonce\":\"\(check)\",\"started\":true,\"t\":2,\"n\":3,\"progress\":1}\n")
        let two = try #require(await holders.give(made.newShares.suffix(1), to: "sys/rekey/verify", nonce: check))
        #expect(two.text == "{\"nonce\":\"\(check)\",\"complete\":true}\n")
        #expect(try await !holders.open(with: holders.shares.prefix(3)))
        #expect(try await holders.open(with: made.newShares.prefix(2)))
    }

    @Test("a failed verification draws another nonce, and a restart forgets the rekey but not the old shares")
    func failedVerification() async throws {
        let holders = try await ShareHolders()
        let nonce = try await begin(holders, shares: 3, threshold: 2, verify: true)
        let made = try #require(await holders.give(holders.shares.prefix(3), to: "sys/rekey/update", nonce: nonce))
        let check = made["verification_nonce"]?.stringValue ?? ""
        let wrong = [made.newShares[0], String(repeating: "ab", count: 33)]
        let failed = await holders.give(wrong, to: "sys/rekey/verify", nonce: check)
        #expect(failed?.errors == ["rekey verification failed; incorrect key shares supplied"])
        let status = await holders.server.send("GET", "sys/rekey/verify", token: nil)
        #expect(status.nonce != check && status["progress"]?.intValue == 0)
        let restarted = await holders.server.send("DELETE", "sys/rekey/verify", token: nil)
        #expect(restarted.status == 200 && restarted.nonce != status.nonce)
        #expect(try await holders.open(with: holders.shares.suffix(3)))
        #expect(await holders.server.send("GET", "sys/rekey/init", token: nil)["started"]?.boolValue == false)
        #expect(await holders.server.send("GET", "sys/rekey/verify", token: nil).status == 400)
    }

    @Test("when the answer cannot be audited no share leaves, and the last share can be given again")
    func audit() async throws {
        let holders = try await ShareHolders()
        try await holders.server.ok("PUT", "sys/audit/a", ["type": "recording"], token: holders.rootToken)
        let nonce = try await begin(holders, shares: 1, threshold: 1)
        _ = await holders.give(holders.shares.prefix(2), to: "sys/rekey/update", nonce: nonce)
        holders.server.audit.fail(afterLines: 1)
        let withheld = try #require(await holders.give([holders.shares[2]], to: "sys/rekey/update", nonce: nonce))
        #expect(withheld.status == 500 && withheld.newShares.isEmpty)
        holders.server.audit.fail(false)
        #expect(await holders.server.send("GET", "sys/seal-status", token: nil)["n"]?.intValue == 5)
        let made = try #require(await holders.give([holders.shares[2]], to: "sys/rekey/update", nonce: nonce))
        #expect(made["complete"]?.boolValue == true)
        for share in made.newShares + holders.shares { #expect(!holders.server.audit.text.contains(share)) }
        #expect(try await holders.open(with: made.newShares))
    }

    @Test("whichever storage operation fails, old or new shares open the server", arguments: 1...6)
    func failingStorage(operation: Int) async throws {
        let holders = try await ShareHolders()
        let nonce = try await begin(holders, shares: 2, threshold: 2)
        _ = await holders.give(holders.shares.prefix(2), to: "sys/rekey/update", nonce: nonce)
        holders.storage.faults.fail(operation: operation, with: .unavailable("planned"))
        let answer = try #require(await holders.give([holders.shares[2]], to: "sys/rekey/update", nonce: nonce))
        holders.storage.faults.fail(operation: .max, with: .unavailable("never"))
        if answer.status == 200 {
            #expect(try await holders.open(with: answer.newShares))
        } else {
            let again = try #require(await holders.give([holders.shares[2]], to: "sys/rekey/update", nonce: nonce))
            #expect(again["complete"]?.boolValue == true)
            #expect(try await holders.open(with: again.newShares))
        }
    }

    @Test("of two last shares at once one ends the rekey, the other gets nothing")
    func race() async throws {
        let holders = try await ShareHolders()
        let nonce = try await begin(holders, shares: 1, threshold: 1)
        _ = await holders.give(holders.shares.prefix(2), to: "sys/rekey/update", nonce: nonce)
        async let first = holders.give([holders.shares[2]], to: "sys/rekey/update", nonce: nonce)
        async let second = holders.give([holders.shares[3]], to: "sys/rekey/update", nonce: nonce)
        let answers = await [first, second].compactMap { $0 }
        let made = answers.filter { $0.status == 200 }
        #expect(made.count == 1)
        #expect(answers.filter { $0.status == 400 }.count == 1)
        #expect(try await holders.open(with: made[0].newShares))
    }

    @Test("a seal with shares has no recovery keys", arguments: ["init", "update", "verify"])
    func recovery(word: String) async throws {
        let holders = try await ShareHolders(shares: 1, threshold: 1)
        let answer = await holders.server.send("PUT", "sys/rekey-recovery-key/" + word, ["key": "ab"], token: nil)
        #expect(answer.status == 400 && answer.errors == ["recovery rekeying not supported"])
        #expect(
            await holders.server.send("GET", "sys/rekey/recovery-key-backup", token: holders.rootToken).errors
                == ["no backed-up keys found"])
    }

    @Test("what was written before a rekey and a restart can be read after")
    func data() async throws {
        let holders = try await ShareHolders(shares: 1, threshold: 1)
        let root = holders.rootToken
        try await holders.server.ok("POST", "sys/mounts/kv", ["type": "kv"], token: root)
        try await holders.server.ok("POST", "kv/x", ["k": "v"], token: root)
        try await holders.server.ok("PUT", "sys/rotate", token: root)
        let nonce = try await begin(holders, shares: 1, threshold: 1)
        let made = try #require(await holders.give(holders.shares, to: "sys/rekey/update", nonce: nonce))
        try await holders.server.ok("PUT", "sys/rotate", token: root)
        let restarted = ServerHarness(storage: holders.storage)
        try await restarted.ok("PUT", "sys/unseal", ["key": .string(made.newShares[0])], token: nil)
        #expect(await restarted.send("GET", "kv/x", token: root).data?["k"]?.stringValue == "v")
    }
}
