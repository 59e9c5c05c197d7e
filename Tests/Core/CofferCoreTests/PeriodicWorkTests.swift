import CofferBarrier
import CofferBase
import CofferCore
import CofferFramework
import CofferJSON
import CofferStorage
import MemoryStorage
import ServerHarness
import Synchronization
import TestSupport
import Testing

/// An engine that notes when it is called.
private final class Bell: Sendable {
    let rings = Mutex<[Timestamp]>([])
    let fails = Mutex(false)
    private let signal = AsyncStream<Void>.makeStream()

    func ring(at time: Timestamp) {
        rings.withLock { $0.append(time) }
        signal.continuation.yield()
    }

    /// Returns at the next ring that nobody has waited for.
    func next() async { for await _ in signal.stream { return } }
}

private struct BellEngine: PeriodicEngine {
    let bell: Bell
    let paths: PathTable

    init(bell: Bell, context: EngineContext) {
        self.bell = bell
        paths = PathTable([
            Path(
                "wake/:seconds", "Ask for a call.", captures: ["seconds": "From now."],
                [
                    Verb(.update, "ask", "Ask.") { call in
                        context.wake(call.now + .seconds(Int64(call.capture("seconds")) ?? 0))
                        return .empty
                    }
                ])
        ])
    }

    func tick(_ call: PeriodicCall) async throws -> Timestamp? {
        bell.ring(at: call.now)
        if bell.fails.withLock({ $0 }) { throw EngineError.upstream("out of order") }
        return try await call.storage.get("again") == nil ? nil : call.now + .seconds(300)
    }

    static func kind(_ bell: Bell) -> EngineKind {
        var kind = EngineKind(type: "bell", class: .secret, version: "v0.1.0+builtin.test") { context in
            BellEngine(bell: bell, context: context)
        }
        kind.isPeriodic = true
        return kind
    }
}

@Suite struct PeriodicWorkTests {
    @Test("an engine is called when it asked to be, and not before")
    func wakes() async throws {
        let bell = Bell()
        let server = try await ServerHarness.unsealed(engines: [BellEngine.kind(bell)])
        try await server.ok("POST", "sys/mounts/bell", ["type": "bell"])
        let start = server.clock.now
        try await server.ok("POST", "bell/wake/100")
        try await server.ok("POST", "bell/wake/30")
        await server.clock.waitForSleepers(3)
        server.clock.advance(by: .seconds(30))
        await bell.next()
        #expect(bell.rings.withLock { $0 } == [start + .seconds(30)])
    }

    @Test("after a failure an engine is called again a minute later")
    func retries() async throws {
        let bell = Bell()
        bell.fails.withLock { $0 = true }
        let server = try await ServerHarness.unsealed(engines: [BellEngine.kind(bell)])
        try await server.ok("POST", "sys/mounts/bell", ["type": "bell"])
        let start = server.clock.now
        try await server.ok("POST", "bell/wake/0")
        await bell.next()
        await server.clock.waitForSleepers(3)
        server.clock.advance(by: .seconds(60))
        await bell.next()
        #expect(bell.rings.withLock { $0 } == [start, start + .seconds(60)])
    }

    @Test("every periodic engine is called once after unseal")
    func unseal() async throws {
        let bell = Bell()
        let storage = MemoryStorage()
        let first = ServerHarness(storage: storage, engines: [BellEngine.kind(bell)])
        let made = try await first.core.initialize(
            .init(.init(shares: 1, threshold: 1), rootTokenID: "root"))
        for share in made.shares { try await first.core.unseal(with: share) }
        try await first.ok("POST", "sys/mounts/bell", ["type": "bell"])
        await first.core.sealNow()
        #expect(bell.rings.withLock { $0.isEmpty })
        for share in made.shares { try await first.core.unseal(with: share) }
        await bell.next()
        #expect(bell.rings.withLock { $0.count } == 1)
    }
}
