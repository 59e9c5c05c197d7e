import CofferBase
import CofferFramework
import CofferJSON
import CofferStorage
import Synchronization
import TestSupport
import Testing

@Suite("Rotation of the root password")
struct RootRotationTests {
    @Test("the old password stops working, and users are made with the new one")
    func rotation() async throws {
        let harness = try await DatabaseHarness.configured()
        try await harness.engine.write("rotate-root/main")
        #expect(harness.database.password(of: "root") != "first")
        #expect(try await !harness.credentials().username.isEmpty)
        #expect(try await harness.entries("wal/root/") == 0)
    }

    @Test("a refused rotation keeps the old password")
    func refused() async throws {
        let harness = try await DatabaseHarness.configured()
        harness.database.set { $0.failure = DatabaseFailure(.rejected, "too weak") }
        await #expect(throws: EngineError.internal("too weak")) { try await harness.engine.write("rotate-root/main") }
        harness.database.set { $0.failure = nil }
        #expect(try await harness.entries("wal/root/") == 0)
        #expect(try await !harness.credentials().username.isEmpty)
    }

    @Test("a rotation whose answer was lost is finished, also by a new process")
    func lostAnswer() async throws {
        let harness = try await DatabaseHarness.configured()
        harness.database.set { $0.losesAnswers = true }
        await #expect(throws: EngineError.self) { try await harness.engine.write("rotate-root/main") }
        harness.database.set { $0.losesAnswers = false }
        #expect(harness.database.password(of: "root") != "first")
        let after = try await harness.restarted()
        #expect(try await after.tick() == nil)
        #expect(try await !after.credentials().username.isEmpty)
    }

    @Test("a rotation that never reached the database is undone")
    func neverSent() async throws {
        let harness = try await DatabaseHarness.configured()
        harness.database.set { $0.failure = away }
        await #expect(throws: EngineError.self) { try await harness.engine.write("rotate-root/main") }
        #expect(try await harness.tick() == harness.engine.clock.now + .seconds(10))
        harness.database.set { $0.failure = nil }
        #expect(try await harness.tick() == nil)
        #expect(try await harness.entries("wal/root/") == 0)
        #expect(harness.database.password(of: "root") == "first")
        #expect(try await !harness.credentials().username.isEmpty)
    }

    @Test("a password that the database accepted without taking it is never published")
    func unseen() async throws {
        let harness = try await DatabaseHarness.configured()
        harness.database.set { $0.ignoresChanges = true }
        await #expect(throws: EngineError.self) { try await harness.engine.write("rotate-root/main") }
        #expect(harness.database.password(of: "root") == "first")
        #expect(try await !harness.credentials().username.isEmpty)
    }

    @Test("rotations at the same time leave the password that counts")
    func concurrent() async throws {
        let harness = try await DatabaseHarness.configured()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { try await harness.engine.write("rotate-root/main") } }
            try await group.waitForAll()
        }
        #expect(harness.database.calls.filter { $0 == "password" }.count == 20)
        #expect(try await !harness.credentials().username.isEmpty)
    }

    @Test("the root password is rotated by its period")
    func period() async throws {
        let harness = try await DatabaseHarness.configured(["rotation_period": "1h"])
        #expect(try await harness.tick() == harness.engine.clock.now + .seconds(3600))
        harness.engine.clock.advance(by: .seconds(3600))
        #expect(try await harness.tick() == harness.engine.clock.now + .seconds(3600))
        #expect(harness.database.password(of: "root") != "first")
        try await harness.engine.write("config/main", ["disable_automated_rotation": true])
        #expect(try await harness.tick() == nil)
    }

    @Test("without a username there is nothing to rotate")
    func noUsername() async throws {
        let harness = try await DatabaseHarness()
        try await harness.engine.write(
            "config/main", ["plugin_name": "fake-database-plugin", "verify_connection": false])
        await #expect(throws: EngineError.self) { try await harness.engine.write("rotate-root/main") }
    }
}
