import CofferBase
import CofferFramework
import CofferJSON
import CofferStorage
import Synchronization
import TestSupport
import Testing

@Suite("Users made on demand")
struct CredentialsTests {
    @Test("a role is read back as it was written")
    func role() async throws {
        let harness = try await DatabaseHarness.configured()
        let data = try await harness.engine.read("roles/app").data
        #expect(data?["creation_statements"]?.arrayValue?.compactMap(\.stringValue) == ["a, b; c"])
        #expect(data?["credential_type"]?.stringValue == "password")
        #expect(data?["default_ttl"]?.intValue == 0)
        #expect(data?["credential_config"] == nil)
        await #expect(throws: EngineError.badRequest("database name is required")) {
            try await harness.engine.write("roles/none", ["creation_statements": "a"])
        }
    }

    @Test("a user is made with its own name and password, and removed with its lease")
    func life() async throws {
        let harness = try await DatabaseHarness.configured()
        let (first, grant) = try await harness.credentials()
        let (second, _) = try await harness.credentials()
        #expect(first != second)
        #expect(first.hasPrefix("v-tester-app-"))
        #expect(harness.database.users == [first, second].sorted())
        try await harness.revoke(grant)
        try await harness.revoke(grant)
        #expect(harness.database.users == [second])
    }

    @Test("unknown roles and roles that the connection does not allow are refused with Vault's texts")
    func refused() async throws {
        let harness = try await DatabaseHarness.configured(["allowed_roles": "web*"])
        await #expect(throws: EngineError.badRequest("unknown role: none")) {
            try await harness.engine.read("creds/none")
        }
        await #expect(throws: EngineError.internal("\"app\" is not an allowed role")) {
            try await harness.engine.read("creds/app")
        }
        try await harness.engine.write("roles/web-1", ["db_name": "main", "creation_statements": "a"])
        #expect(try await harness.credentials("web-1").username.contains("web-1"))
    }

    @Test("a renewal moves the end that the database knows, a little beyond the lease")
    func renewal() async throws {
        let harness = try await DatabaseHarness.configured()
        try await harness.engine.write("roles/app", ["default_ttl": "1h", "max_ttl": "2h"])
        let (username, grant) = try await harness.credentials()
        let now = harness.engine.clock.now
        #expect(harness.database.state.withLock { $0.expirations[username] } == now + .seconds(3605))
        let renewed = try await harness.leasing?.renew(harness.call(grant, increment: .seconds(600)))
        #expect(renewed?.maximumTTL == .seconds(7200))
        #expect(harness.database.state.withLock { $0.expirations[username] } == now + .seconds(605))
        _ = try await harness.leasing?.renew(harness.call(grant, increment: .seconds(100_000)))
        #expect(harness.database.state.withLock { $0.expirations[username] } == now + .seconds(7205))
    }

    @Test("a statement that fails leaves neither a user nor a password in the error")
    func failingStatement() async throws {
        let harness = try await DatabaseHarness.configured()
        try await harness.engine.write("roles/app", ["creation_statements": "fail"])
        let error = await #expect(throws: EngineError.self) { try await harness.engine.read("creds/app") }
        #expect(error?.texts == ["statement with *** failed"])
        #expect(try await harness.entries("wal/user/") == 0)
    }

    @Test("a user whose lease was never registered is removed after two minutes, also by a new process")
    func crashBeforeLease() async throws {
        let harness = try await DatabaseHarness.configured()
        let (username, _) = try await harness.credentials()
        let after = try await harness.restarted()
        #expect(try await after.tick() == harness.engine.clock.now + .seconds(120))
        #expect(harness.database.users == [username])
        harness.engine.clock.advance(by: .seconds(120))
        #expect(try await after.tick() == nil)
        #expect(harness.database.users.isEmpty)
        #expect(try await after.entries("wal/user/") == 0)
    }

    @Test("a user with a lease is left alone")
    func settled() async throws {
        let harness = try await DatabaseHarness.configured()
        let (username, grant) = try await harness.credentials()
        try await harness.settle(grant)
        harness.engine.clock.advance(by: .seconds(3600))
        #expect(try await harness.tick() == nil)
        #expect(harness.database.users == [username])
    }

    @Test("a user that was made although the answer was lost is removed")
    func lostAnswer() async throws {
        let harness = try await DatabaseHarness.configured()
        harness.database.set { $0.losesAnswers = true }
        await #expect(throws: EngineError.self) { try await harness.engine.read("creds/app") }
        #expect(harness.database.users.count == 1)
        harness.database.set { $0.losesAnswers = false }
        harness.engine.clock.advance(by: .seconds(120))
        _ = try await harness.tick()
        #expect(harness.database.users.isEmpty)
    }

    @Test("while a database is away revocations do not even try; when it is back all are tried again")
    func outage() async throws {
        let harness = try await DatabaseHarness.configured()
        let (_, first) = try await harness.credentials()
        let (_, second) = try await harness.credentials()
        for grant in [first, second] { try await harness.settle(grant) }
        harness.database.set { $0.failure = away }
        for grant in [first, second] {
            await #expect(throws: EngineError.internal("nobody answers")) { try await harness.revoke(grant) }
        }
        #expect(harness.database.calls.filter { $0 == "delete" }.count == 1)
        #expect(try await harness.tick() == harness.engine.clock.now + .seconds(5))
        #expect(harness.retries.value == 0)
        harness.database.set { $0.failure = nil }
        #expect(try await harness.tick() == nil)
        #expect(harness.retries.value == 1)
        for grant in [first, second] { try await harness.revoke(grant) }
        #expect(harness.database.users.isEmpty)
    }

    @Test("an outage is remembered over a restart")
    func outageAcrossRestart() async throws {
        let harness = try await DatabaseHarness.configured()
        let (_, grant) = try await harness.credentials()
        try await harness.settle(grant)
        harness.database.set { $0.failure = away }
        await #expect(throws: EngineError.self) { try await harness.revoke(grant) }
        let after = try await harness.restarted()
        harness.database.set { $0.failure = nil }
        #expect(try await after.tick() == nil)
        #expect(after.retries.value == 1)
    }
}
