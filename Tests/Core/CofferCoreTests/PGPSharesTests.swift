import CofferBase
import CofferJSON
import MemoryStorage
import ServerHarness
import TestSupport
import Testing

/// Shares and tokens for the owners of PGP keys. That GnuPG reads them is shown in `Compat`.
@Suite struct PGPSharesTests {
    /// Ed25519 with a Curve25519 subkey, made by GnuPG 2.2.
    private static let key = PGPSample.key
    private static let fingerprint = PGPSample.fingerprint

    private func messages(_ answer: ServerAnswer?, _ field: String = "keys") -> [[UInt8]] {
        (answer?[field]?.arrayValue ?? []).compactMap { Hex.decode($0.stringValue ?? "") }
    }

    @Test("init encrypts each share and the root token, and the server opens with none of what it shows")
    func initialisation() async throws {
        let server = ServerHarness()
        let made = await server.send(
            "PUT", "sys/init",
            [
                "secret_shares": 2, "secret_threshold": 2, "pgp_keys": [.string(Self.key), .string(Self.key)],
                "root_token_pgp_key": .string(Self.key),
            ], token: nil)
        #expect(made.status == 200)
        // A session key packet, not a share.
        #expect(messages(made).count == 2 && messages(made).allSatisfy { $0.first == 0xc1 && $0.count > 150 })
        let token = try #require(made["root_token"]?.stringValue)
        #expect(Base64.standard.decode(token)?.first == 0xc1)
        #expect(await server.send("GET", "sys/init", token: nil)["initialized"]?.boolValue == true)
    }

    @Test("a key that cannot be used, or too few of them, leave the server uninitialised")
    func refusals() async throws {
        let server = ServerHarness()
        for (keys, text) in [
            ([JSON.string(Self.key)], "incorrect number of PGP keys"),
            ([.string(Self.key), "AAAA"], "error parsing given PGP key: the data is not an OpenPGP key"),
        ] {
            let refused = await server.send(
                "PUT", "sys/init", ["secret_shares": 2, "secret_threshold": 2, "pgp_keys": .array(keys)], token: nil)
            #expect(refused.status == 400 && refused.errors == [text])
        }
        let recovery = await server.send(
            "PUT", "sys/init",
            ["secret_shares": 1, "secret_threshold": 1, "recovery_shares": 1, "recovery_threshold": 1], token: nil)
        #expect(
            recovery.errors == ["parameters recovery_shares,recovery_threshold not applicable to seal type shamir"])
        #expect(await server.send("GET", "sys/init", token: nil)["initialized"]?.boolValue == false)
    }

    @Test("a rekey encrypts the new shares, shows their keys' fingerprints, and keeps a backup that can be deleted")
    func rekey() async throws {
        let holders = try await ShareHolders(shares: 1, threshold: 1)
        let begun = try await holders.server.ok(
            "PUT", "sys/rekey/init",
            [
                "secret_shares": 2, "secret_threshold": 2, "pgp_keys": [.string(Self.key), .string(Self.key)],
                "backup": true,
            ], token: nil)
        #expect(begun["pgp_fingerprints"] == [.string(Self.fingerprint), .string(Self.fingerprint)])
        #expect(begun["backup"]?.boolValue == true)
        let made = await holders.give(holders.shares, to: "sys/rekey/update", nonce: begun.nonce)
        #expect(made?["pgp_fingerprints"] == begun["pgp_fingerprints"] && made?["backup"]?.boolValue == true)
        #expect(messages(made).allSatisfy { $0.first == 0xc1 })
        let backup = await holders.server.send("GET", "sys/rekey/backup", token: holders.rootToken)
        #expect(backup.data?["nonce"]?.stringValue == begun.nonce)
        #expect(backup.data?["keys"]?[Self.fingerprint] == made?["keys"])
        #expect(backup.data?["keys_base64"]?[Self.fingerprint] == made?["keys_base64"])
        try await holders.server.ok("DELETE", "sys/rekey/backup", token: holders.rootToken)
        let gone = await holders.server.send("GET", "sys/rekey/backup", token: holders.rootToken)
        #expect(gone.status == 400 && gone.errors == ["no backed-up keys found"])
    }

    @Test("a rekey without a backup removes the one of the rekey before")
    func staleBackup() async throws {
        let holders = try await ShareHolders(shares: 1, threshold: 1)
        let first = try await holders.server.ok(
            "PUT", "sys/rekey/init",
            [
                "secret_shares": 1, "secret_threshold": 1, "pgp_keys": [.string(Self.key)], "backup": true,
                "require_verification": true,
            ], token: nil)
        let made = await holders.give(holders.shares, to: "sys/rekey/update", nonce: first.nonce)
        // Not before the new shares are valid.
        #expect(made?["verification_required"]?.boolValue == true)
        #expect(await holders.server.send("GET", "sys/rekey/backup", token: holders.rootToken).status == 400)
        try await holders.server.ok("DELETE", "sys/rekey/init", ["nonce": .string(first.nonce)], token: nil)
    }

    @Test("refusals of a rekey: wrong number of keys, a backup without keys")
    func rekeyRefusals() async throws {
        let holders = try await ShareHolders(shares: 1, threshold: 1)
        let few = await holders.server.send(
            "PUT", "sys/rekey/init",
            ["secret_shares": 2, "secret_threshold": 2, "pgp_keys": [.string(Self.key)]], token: nil)
        #expect(few.errors == ["incorrect number of PGP keys for rekey"])
        let bare = await holders.server.send(
            "PUT", "sys/rekey/init", ["secret_shares": 1, "secret_threshold": 1, "backup": true], token: nil)
        #expect(
            bare.errors == [
                "cannot request a backup of the new keys without providing PGP keys for encryption"
            ])
    }

    // D06 (CVE-2026-5807, HCSEC-2025-11, CVE-2025-52894): a second init must not replace the PGP keys of the first.
    @Test("a second rekey or root generation cannot change the PGP keys of the one in progress")
    func keysStay() async throws {
        let holders = try await ShareHolders(shares: 1, threshold: 1)
        let body: JSON = ["secret_shares": 1, "secret_threshold": 1, "pgp_keys": [.string(Self.key)]]
        let begun = try await holders.server.ok("PUT", "sys/rekey/init", body, token: nil)
        let second = await holders.server.send(
            "PUT", "sys/rekey/init", ["secret_shares": 1, "secret_threshold": 1], token: nil)
        #expect(second.status == 400 && second.errors == ["rekey already in progress"])
        let status = await holders.server.send("GET", "sys/rekey/init", token: nil)
        #expect(status.nonce == begun.nonce && status["pgp_fingerprints"] == [.string(Self.fingerprint)])
        let generation = "sys/generate-root/attempt"
        try await holders.server.ok("PUT", generation, ["pgp_key": .string(Self.key)], token: nil)
        #expect(await holders.server.send("PUT", generation, [:], token: nil).status == 400)
        #expect(
            await holders.server.send("GET", generation, token: nil)["pgp_fingerprint"]?.stringValue
                == Self.fingerprint)
    }

    @Test("a root token for a PGP key comes encrypted, without a one-time password")
    func generateRoot() async throws {
        let holders = try await ShareHolders(shares: 1, threshold: 1)
        let begun = try await holders.server.ok(
            "PUT", "sys/generate-root/attempt", ["pgp_key": .string(Self.key)], token: nil)
        #expect(begun["otp"]?.stringValue == "" && begun["pgp_fingerprint"]?.stringValue == Self.fingerprint)
        let made = await holders.give(holders.shares, to: "sys/generate-root/update", nonce: begun.nonce)
        #expect(made?["pgp_fingerprint"]?.stringValue == Self.fingerprint)
        let encoded = try #require(made?["encoded_token"]?.stringValue)
        #expect(Base64.standard.decode(encoded)?.first == 0xc1)
        let both = await holders.server.send(
            "PUT", "sys/generate-root/attempt",
            ["pgp_key": .string(Self.key), "otp": "abcdefghijklmnopqrstuvwxyz01"], token: nil)
        #expect(both.status == 400)
    }

    @Test("an answer whose audit fails gives no encrypted share and changes nothing")
    func auditFails() async throws {
        let holders = try await ShareHolders(shares: 1, threshold: 1)
        try await holders.server.ok("PUT", "sys/audit/a", ["type": "recording"], token: holders.rootToken)
        let begun = try await holders.server.ok(
            "PUT", "sys/rekey/init",
            ["secret_shares": 1, "secret_threshold": 1, "pgp_keys": [.string(Self.key)], "backup": true], token: nil)
        holders.server.audit.fail(afterLines: 1)
        let withheld = await holders.give(holders.shares, to: "sys/rekey/update", nonce: begun.nonce)
        #expect(withheld?.status == 500 && messages(withheld).isEmpty)
        holders.server.audit.fail(false)
        #expect(await holders.server.send("GET", "sys/rekey/backup", token: holders.rootToken).status == 400)
        #expect(try await holders.open(with: holders.shares))
    }
}
