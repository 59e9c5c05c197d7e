import CofferCore
import CofferFramework
import CofferJSON
import CofferStorage
import MemoryStorage
import SealService
import ServerHarness
import TestSupport
import Testing

@Suite struct SealGroupTests {
    private let first = FakeSeal("first", mask: 0x11)
    private let second = FakeSeal("second", mask: 0x22)
    private let down = SealFailure(.unreachable, "planned")

    @Test("of several seals any one opens the server", arguments: [true, false])
    func anyOne(firstIsDown: Bool) async throws {
        let seals: [ConfiguredSeal] = [.fake(second, priority: 2), .fake(first, priority: 1)]
        let made = try await SealedServer(seals)
        let status = await made.server.send("GET", "sys/seal-status", token: nil)
        #expect(status["type"]?.stringValue == "multiseal")
        (firstIsDown ? first : second).failure = down
        let again = await made.restarted(seals)
        #expect(try await again.core.openBySeal() == .opened)
        let backends = await again.send("GET", "sys/seal-backend-status", token: nil)
        #expect(backends["healthy"]?.boolValue == !firstIsDown)
        #expect(backends["backends"]?.arrayValue?.compactMap { $0["name"]?.stringValue } == ["first", "second"])
    }

    @Test("a seal that is added can open the server once the keys were wrapped anew, and one that goes no longer can")
    func added() async throws {
        let made = try await SealedServer([.fake(first)])
        let both: [ConfiguredSeal] = [.fake(first, priority: 1), .fake(second, priority: 2)]
        let more = await made.restarted(both)
        #expect(try await more.core.openBySeal() == .opened)
        let before = await more.send("GET", "sys/seal-backend-status", token: nil)
        #expect(before["fully_wrapped"]?.boolValue == false)
        try await more.ok("POST", "sys/sealwrap/rewrap", token: made.rootToken)
        let after = await more.send("GET", "sys/seal-backend-status", token: nil)
        #expect(after["fully_wrapped"]?.boolValue == true)
        #expect(try await !more.core.rewrap())
        let other = await made.restarted([.fake(second)])
        await more.core.sealNow()
        #expect(try await other.core.openBySeal() == .opened)
        #expect(try await other.core.rewrap())
        await other.core.sealNow()
        let gone = ServerHarness(storage: made.storage) { $0.seals = [.fake(first)] }
        await #expect(throws: EngineError.self) { try await gone.core.openBySeal() }
    }

    @Test("keys are not wrapped anew while a seal does not work")
    func incomplete() async throws {
        let made = try await SealedServer([.fake(first)])
        let more = await made.restarted([.fake(first, priority: 1), .fake(second, priority: 2)])
        #expect(try await more.core.openBySeal() == .opened)
        second.failure = down
        await #expect(throws: EngineError.self) { try await more.core.rewrap() }
        let again = await made.restarted([.fake(first)])
        #expect(try await again.core.openBySeal() == .opened)
    }
}
