import CofferCore
import CofferFramework
import CofferJSON
import CofferStorage
import MemoryStorage
import SealService
import ServerHarness
import TestSupport
import Testing

@Suite struct SealMigrationTests {
    private let first = FakeSeal("first", mask: 0x11)
    private let second = FakeSeal("second", mask: 0x22)

    private func write(_ server: ServerHarness, _ token: String) async throws {
        try await server.ok("POST", "sys/mounts/kv", ["type": "kv"], token: token)
        try await server.ok("POST", "kv/x", ["k": "v"], token: token)
    }

    private func holds(_ server: ServerHarness, _ token: String) async -> Bool {
        await server.send("GET", "kv/x", token: token).data?["k"]?.stringValue == "v"
    }

    @Test("shares become recovery keys when a seal takes over, and open the server again when it goes")
    func thereAndBack() async throws {
        let storage = MemoryStorage()
        let server = ServerHarness(storage: storage)
        let made = try await server.ok("PUT", "sys/init", ["secret_shares": 3, "secret_threshold": 2], token: nil)
        let shares = made["keys"]?.arrayValue?.compactMap(\.stringValue) ?? []
        let token = made["root_token"]?.stringValue ?? ""
        for share in shares.prefix(2) { _ = await server.unseal(share) }
        try await write(server, token)
        await server.core.sealNow()

        let sealed = ServerHarness(storage: storage) { $0.seals = [.fake(first)] }
        #expect(try await sealed.core.openBySeal() == .needsShares)
        let status = await sealed.send("GET", "sys/seal-status", token: nil)
        #expect(status["migration"]?.boolValue == true && status["t"]?.intValue == 2)
        let plain = await sealed.unseal(shares[0])
        #expect(plain.status == 500)
        #expect(plain.errors == ["migrate option not provided and seal migration is pending"])
        #expect(await sealed.unseal(shares[0], migrate: true)["progress"]?.intValue == 1)
        #expect(await sealed.unseal(shares[2], migrate: true)["sealed"]?.boolValue == false)
        #expect(await holds(sealed, token))
        let after = await sealed.send("GET", "sys/seal-status", token: nil)
        #expect(after["migration"]?.boolValue == false && after["type"]?.stringValue == "first")
        await sealed.core.sealNow()
        let again = ServerHarness(storage: storage) { $0.seals = [.fake(first)] }
        #expect(try await again.core.openBySeal() == .opened)
        await again.core.sealNow()

        let back = ServerHarness(storage: storage) { $0.seals = [.fake(first, isDisabled: true)] }
        for share in shares.suffix(2) { _ = await back.unseal(share, migrate: true) }
        #expect(await holds(back, token))
        await back.core.sealNow()
        let plainAgain = ServerHarness(storage: storage)
        for share in shares.prefix(2) { _ = await plainAgain.unseal(share) }
        #expect(await holds(plainAgain, token))
        #expect(try await storage.get("core/recovery-key") == nil)
    }

    @Test("one seal takes over from another")
    func sealToSeal() async throws {
        let made = try await SealedServer([.fake(first)])
        try await write(made.server, made.rootToken)
        let next = await made.restarted([.fake(second), .fake(first, isDisabled: true)])
        #expect(try await next.core.openBySeal() == .needsShares)
        for key in made.recoveryKeys.prefix(2) { _ = await next.unseal(key, migrate: true) }
        #expect(await holds(next, made.rootToken))
        await next.core.sealNow()
        first.failure = SealFailure(.unreachable, "planned")
        let alone = ServerHarness(storage: made.storage) { $0.seals = [.fake(second)] }
        #expect(try await alone.core.openBySeal() == .opened)
        try await alone.ok("PUT", "sys/seal", token: made.rootToken)
        for key in made.recoveryKeys.suffix(2) { _ = await alone.unseal(key) }
        #expect(alone.core.services != nil)
    }

    @Test("wrong recovery keys migrate nothing")
    func wrongKeys() async throws {
        let made = try await SealedServer([.fake(first)])
        let next = await made.restarted([.fake(first, isDisabled: true)])
        _ = await next.unseal(made.recoveryKeys[0], migrate: true)
        let answer = await next.unseal(String(repeating: "cd", count: 33), migrate: true)
        #expect(answer.errors == ["Unseal failed, invalid key"])
        let again = await made.restarted([.fake(first)])
        #expect(try await again.core.openBySeal() == .opened)
    }

    @Test("migrating where nothing is to be migrated is refused with Vault's text")
    func nothingToMigrate() async throws {
        let made = try await SealedServer([.fake(first)])
        let again = await made.restarted([.fake(first)])
        let answer = await again.unseal(made.recoveryKeys[0], migrate: true)
        #expect(answer.errors == ["can't perform a seal migration, no migration seal found"])
    }

    @Test("whichever storage operation of a migration fails, one of the two seals opens the server", arguments: 1...14)
    func failingStorage(operation: Int) async throws {
        let made = try await SealedServer([.fake(first)])
        try await write(made.server, made.rootToken)
        let next = await made.restarted([.fake(second), .fake(first, isDisabled: true)])
        _ = await next.unseal(made.recoveryKeys[0], migrate: true)
        made.storage.faults.fail(operation: operation, with: .unavailable("planned"))
        _ = await next.unseal(made.recoveryKeys[1], migrate: true)
        made.storage.faults.fail(operation: .max, with: .unavailable("never"))
        await next.core.sealNow()
        var opened = 0
        for seal in [first, second] {
            let server = ServerHarness(storage: made.storage) { $0.seals = [.fake(seal)] }
            do {
                try await server.core.openBySeal()
                #expect(await holds(server, made.rootToken))
                opened += 1
            } catch {
                #expect(error is EngineError)
            }
            await server.core.sealNow()
        }
        #expect(opened == 1)
    }
}
