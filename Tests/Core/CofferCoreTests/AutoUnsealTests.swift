import CofferBase
import CofferCore
import CofferFramework
import CofferJSON
import CofferStorage
import MemoryStorage
import SealService
import ServerHarness
import TestSupport
import Testing

/// A server that one seal opens, with its recovery keys.
struct SealedServer {
    let server: ServerHarness
    let storage: MemoryStorage
    let recoveryKeys: [String]
    let rootToken: String

    init(_ seals: [ConfiguredSeal], shares: Int = 3, threshold: Int = 2) async throws {
        storage = MemoryStorage()
        server = ServerHarness(storage: storage) { $0.seals = seals }
        let made = try await server.ok(
            "PUT", "sys/init", ["recovery_shares": .int(shares), "recovery_threshold": .int(threshold)], token: nil)
        recoveryKeys = made["recovery_keys"]?.arrayValue?.compactMap(\.stringValue) ?? []
        rootToken = made["root_token"]?.stringValue ?? ""
    }

    /// The same storage under another configuration, as after a restart.
    func restarted(_ seals: [ConfiguredSeal]) async -> ServerHarness {
        await server.core.sealNow()
        return ServerHarness(storage: storage) { $0.seals = seals }
    }
}

extension ConfiguredSeal {
    static func fake(_ seal: FakeSeal, priority: Int = 1, isDisabled: Bool = false) -> ConfiguredSeal {
        ConfiguredSeal(
            type: seal.identity, name: seal.identity, priority: priority, isDisabled: isDisabled, seal: seal)
    }
}

extension ServerHarness {
    func unseal(_ key: String, migrate: Bool = false) async -> ServerAnswer {
        await send("PUT", "sys/unseal", ["key": .string(key), "migrate": .bool(migrate)], token: nil)
    }
}

@Suite struct AutoUnsealTests {
    private let seal = FakeSeal("fake")

    @Test("initialising gives recovery keys and no unseal keys, and the server is open")
    func initialization() async throws {
        let storage = MemoryStorage()
        let server = ServerHarness(storage: storage) { $0.seals = [.fake(seal)] }
        let before = await server.send("GET", "sys/seal-status", token: nil)
        #expect(before["type"]?.stringValue == "fake" && before["recovery_seal"]?.boolValue == true)
        let made = try await server.ok(
            "PUT", "sys/init", ["recovery_shares": 5, "recovery_threshold": 3], token: nil)
        #expect(made["keys"]?.arrayValue?.isEmpty == true && made["keys_base64"]?.arrayValue?.isEmpty == true)
        #expect(made["recovery_keys"]?.arrayValue?.count == 5)
        #expect(made["recovery_keys_base64"]?.arrayValue?.count == 5)
        let status = await server.send("GET", "sys/seal-status", token: nil)
        #expect(status["sealed"]?.boolValue == false && status["migration"]?.boolValue == false)
        #expect(status["t"]?.intValue == 3 && status["n"]?.intValue == 5)
        #expect(status["recovery_seal_type"]?.stringValue == "shamir")
        let record = try #require(await storage.get("core/hsm/barrier-unseal-keys")?.value)
        #expect(WrappedKey(encoded: record)?.keyID == "fake")
    }

    @Test("parameters of the other kind of seal are refused with Vault's text")
    func parameters() async throws {
        let server = ServerHarness { $0.seals = [.fake(seal)] }
        let answer = await server.send(
            "PUT", "sys/init", ["secret_shares": 5, "secret_threshold": 3], token: nil)
        #expect(answer.errors == ["parameters secret_shares,secret_threshold not applicable to seal type fake"])
        let shares = await ServerHarness().send("PUT", "sys/init", ["recovery_shares": 1], token: nil)
        #expect(shares.errors == ["parameters recovery_shares not applicable to seal type shamir"])
    }

    @Test("nothing is stored when the seal does not work at initialisation")
    func failedInitialization() async throws {
        seal.failure = SealFailure(.unreachable, "planned")
        let storage = MemoryStorage()
        let server = ServerHarness(storage: storage) { $0.seals = [.fake(seal)] }
        let answer = await server.send(
            "PUT", "sys/init", ["recovery_shares": 1, "recovery_threshold": 1], token: nil)
        #expect(answer.status == 500)
        #expect(try await storage.scan("", after: nil, limit: .max).isEmpty)
    }

    @Test("a restarted server opens as soon as its seal can be reached")
    func retry() async throws {
        let made = try await SealedServer([.fake(seal)])
        seal.failure = SealFailure(.unreachable, "planned")
        let again = await made.restarted([.fake(seal)])
        let asked = seal.calls
        await again.core.watchSeals()
        await again.clock.waitForSleepers(1)
        #expect(again.core.services == nil && seal.calls > asked)
        #expect(await again.send("GET", "sys/health", token: nil).status == 503)
        let status = await again.send("GET", "sys/seal-backend-status", token: nil)
        #expect(status["healthy"]?.boolValue == false)
        #expect(status["backends"]?.arrayValue?.first?["name"]?.stringValue == "fake")
        #expect(status["unhealthy_since"]?.stringValue?.isEmpty == false)
        seal.failure = nil
        again.clock.advance(by: .seconds(5))
        while again.core.services == nil { await Task.yield() }
        #expect(await again.send("GET", "auth/token/lookup-self", token: made.rootToken).status == 200)
        let healthy = await again.send("GET", "sys/seal-backend-status", token: nil)
        #expect(healthy["healthy"]?.boolValue == true && healthy["fully_wrapped"]?.boolValue == true)
        await again.core.stopWatchingSeals()
    }

    @Test("a seal that fails later is found by the health check, and the server stays open")
    func healthCheck() async throws {
        let made = try await SealedServer([.fake(seal)])
        let core = made.server.core
        await core.watchSeals()
        await made.server.clock.waitForSleepers(1)
        seal.failure = SealFailure(.refused, "planned")
        made.server.clock.advance(by: .seconds(600))
        while core.automaticSeals?.state.first?.unhealthySince == nil { await Task.yield() }
        #expect(core.services != nil)
        await core.stopWatchingSeals()
    }

    @Test("a server that was sealed by hand opens by recovery keys, and only by enough of them")
    func recoveryKeysOpen() async throws {
        let made = try await SealedServer([.fake(seal)])
        try await made.server.ok("PUT", "sys/seal", token: made.rootToken)
        #expect(await made.server.unseal(made.recoveryKeys[0])["progress"]?.intValue == 1)
        let wrong = await made.server.unseal(String(repeating: "ab", count: 33))
        #expect(wrong.errors == ["Unseal failed, invalid key"])
        _ = await made.server.unseal(made.recoveryKeys[0])
        #expect(await made.server.unseal(made.recoveryKeys[2])["sealed"]?.boolValue == false)
    }

    @Test("a server that somebody sealed is not opened again by its seal")
    func staysSealed() async throws {
        let made = try await SealedServer([.fake(seal)])
        await made.server.core.watchSeals()
        try await made.server.ok("PUT", "sys/seal", token: made.rootToken)
        await made.server.clock.waitForSleepers(1)
        made.server.clock.advance(by: .seconds(600))
        await made.server.clock.waitForSleepers(1)
        #expect(made.server.core.services == nil)
        await made.server.core.stopWatchingSeals()
    }

    @Test("without recovery shares the seal alone opens the server")
    func noRecoveryKey() async throws {
        let made = try await SealedServer([.fake(seal)], shares: 0, threshold: 0)
        #expect(made.recoveryKeys.isEmpty)
        let again = await made.restarted([.fake(seal)])
        #expect(try await again.core.openBySeal() == .opened)
        let attempt = await again.send("PUT", "sys/generate-root/attempt", [:], token: made.rootToken)
        #expect(attempt.errors == ["this server has no recovery key"])
    }

    @Test("recovery keys make a root token")
    func generateRoot() async throws {
        let made = try await SealedServer([.fake(seal)])
        let server = made.server
        let begun = try await server.ok("PUT", "sys/generate-root/attempt", [:], token: made.rootToken)
        #expect(begun["required"]?.intValue == 2)
        var last = begun
        for key in made.recoveryKeys.prefix(2) {
            last = try await server.ok(
                "PUT", "sys/generate-root/update", ["key": .string(key), "nonce": begun["nonce"] ?? ""],
                token: made.rootToken)
        }
        let hidden = Base64.unpadded.decode(last["encoded_token"]?.stringValue ?? "") ?? []
        let token = zip(hidden, (begun["otp"]?.stringValue ?? "").utf8).map { $0 ^ $1 }
        let lookup = await server.send(
            "GET", "auth/token/lookup-self", token: String(decoding: token, as: UTF8.self))
        #expect(lookup.data?["policies"]?.arrayValue == ["root"])
    }

    @Test("seal status answers while a seal that sealed this server is missing in the configuration")
    func missing() async throws {
        let made = try await SealedServer([.fake(seal)])
        let again = await made.restarted([])
        let status = await again.send("GET", "sys/seal-status", token: nil)
        #expect(status.status == 500 && status.text.contains("which is not configured"))
        #expect(await again.send("GET", "sys/health", token: nil).status == 503)
    }
}
