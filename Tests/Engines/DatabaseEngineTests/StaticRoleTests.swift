import CofferBase
import CofferFramework
import CofferJSON
import CofferStorage
import Synchronization
import TestSupport
import Testing

@Suite("Static roles")
struct StaticRoleTests {
    func harness(_ role: JSONObject = ["rotation_period": "1h"]) async throws -> DatabaseHarness {
        let harness = try await DatabaseHarness.configured()
        harness.database.set { $0.passwords["app-user"] = "before" }
        var fields: JSONObject = ["db_name": "main", "username": "app-user"]
        for member in role.members { fields[member.key] = member.value }
        try await harness.engine.write("static-roles/fixed", fields)
        return harness
    }

    func published(_ harness: DatabaseHarness) async throws -> String? {
        try await harness.engine.read("static-creds/fixed").data?["password"]?.stringValue
    }

    @Test("the account gets a password at once, and readers the one that counts")
    func creation() async throws {
        let harness = try await harness()
        let password = try await published(harness)
        #expect(password != "before")
        #expect(password == harness.database.password(of: "app-user"))
        let data = try await harness.engine.read("static-creds/fixed").data
        #expect(data?["ttl"]?.intValue == 3600)
        #expect(data?["rotation_period"]?.intValue == 3600)
        #expect(data?["last_vault_rotation"]?.stringValue == "2026-01-01T00:00:00Z")
        #expect(try await harness.engine.read("static-roles/fixed").data?["password"] == nil)
    }

    @Test("the password is rotated by its period and by hand")
    func rotation() async throws {
        let harness = try await harness()
        let first = try await published(harness)
        harness.engine.clock.advance(by: .seconds(3600))
        #expect(try await harness.tick() == harness.engine.clock.now + .seconds(3600))
        let second = try await published(harness)
        try await harness.engine.write("rotate-role/fixed")
        let third = try await published(harness)
        #expect(Set([first, second, third]).count == 3)
        #expect(third == harness.database.password(of: "app-user"))
    }

    @Test("a schedule rotates in its window, and waits for the next time when the window was missed")
    func window() async throws {
        let harness = try await harness(["rotation_schedule": "0 12 * * *", "rotation_window": "1h"])
        let first = try await published(harness)
        harness.engine.clock.advance(by: .seconds(12 * 3600 + 1800))
        _ = try await harness.tick()
        let second = try await published(harness)
        #expect(first != second)
        // The next day the database is away until after the window.
        harness.engine.clock.advance(by: .seconds(86400 + 3600))
        let next = try await harness.tick()
        #expect(next?.rfc3339 == "2026-01-03T12:00:00Z")
        #expect(try await published(harness) == second)
    }

    @Test("after a crash in the middle the password that was written ahead is set again and published")
    func crash() async throws {
        let harness = try await harness()
        let old = try await published(harness)
        harness.database.set { $0.losesAnswers = true }
        await #expect(throws: EngineError.self) { try await harness.engine.write("rotate-role/fixed") }
        #expect(try await published(harness) == old)
        harness.database.set { $0.losesAnswers = false }
        let after = try await harness.restarted()
        _ = try await after.tick()
        #expect(try await published(after) == harness.database.password(of: "app-user"))
        #expect(try await published(after) != old)
        #expect(try await after.entries("wal/static/") == 0)
    }

    @Test("a password that was not seen to work is not published")
    func unseen() async throws {
        let harness = try await harness()
        let old = try await published(harness)
        harness.database.set { $0.ignoresChanges = true }
        await #expect(throws: EngineError.self) { try await harness.engine.write("rotate-role/fixed") }
        #expect(try await published(harness) == old)
        #expect(harness.database.password(of: "app-user") == old)
    }

    @Test("an imported password stays until the first rotation, and must be the right one")
    func imported() async throws {
        let fields: JSONObject = ["rotation_period": "1h", "password": "before", "skip_import_rotation": true]
        let harness = try await harness(fields)
        #expect(try await published(harness) == "before")
        #expect(harness.database.password(of: "app-user") == "before")
        var wrong = fields
        wrong["password"] = "canary"
        wrong["db_name"] = "main"
        wrong["username"] = "app-user"
        let error = await #expect(throws: EngineError.self) {
            try await harness.engine.write("static-roles/wrong", wrong)
        }
        #expect(error?.texts.joined().contains("canary") == false)
        harness.engine.clock.advance(by: .seconds(3600))
        _ = try await harness.tick()
        #expect(try await published(harness) != "before")
    }

    @Test("a role whose account is not there is not made")
    func missingAccount() async throws {
        let harness = try await DatabaseHarness.configured()
        let fields: JSONObject = ["db_name": "main", "username": "nobody", "rotation_period": "1h"]
        await #expect(throws: EngineError.internal("no such user")) {
            try await harness.engine.write("static-roles/fixed", fields)
        }
        await #expect(throws: EngineError.notFound) { try await harness.engine.read("static-roles/fixed") }
        #expect(try await harness.entries("wal/static/") == 0)
    }

    @Test(
        "what Vault refuses is refused with its text", arguments: Self.refused)
    func refusals(fields: JSONObject, text: String) async throws {
        let error = await #expect(throws: EngineError.self) { try await harness(fields) }
        #expect(error?.texts.first?.hasPrefix(text) == true)
    }

    static let refused: [(JSONObject, String)] = [
        (["rotation_period": "1h", "rotation_schedule": "* * * * *"], "mutually exclusive fields"),
        (["rotation_period": "1h", "rotation_window": "2h"], "rotation_window is invalid"),
        (["rotation_period": "4s"], "rotation_period must be 5 seconds or more"),
        (["rotation_schedule": "* * * * *", "rotation_window": "10m"], "rotation_window must be 3600 seconds"),
        (["rotation_schedule": "nonsense"], "could not parse rotation_schedule"),
        ([:], "one of rotation_schedule or rotation_period must be provided"),
        (["username": "", "rotation_period": "1h"], "username is a required field"),
    ]

    @Test("names of roles and static roles differ, and a username stays")
    func names() async throws {
        let harness = try await harness()
        await #expect(throws: EngineError.badRequest("Role and Static Role names must be unique")) {
            try await harness.engine.write("roles/fixed", ["db_name": "main"])
        }
        await #expect(throws: EngineError.badRequest("Role and Static Role names must be unique")) {
            try await harness.engine.write(
                "static-roles/app", ["db_name": "main", "username": "x", "rotation_period": "1h"])
        }
        await #expect(throws: EngineError.badRequest("cannot update static account username")) {
            try await harness.engine.write("static-roles/fixed", ["username": "other"])
        }
        try await harness.engine.write("static-roles/fixed", ["rotation_schedule": "0 0 * * *"])
        let data = try await harness.engine.read("static-roles/fixed").data
        #expect(data?["rotation_schedule"]?.stringValue == "0 0 * * *")
        #expect(data?["rotation_period"] == nil)
    }

    @Test("a deleted static role is rotated no more; the account stays")
    func deletion() async throws {
        let harness = try await harness()
        try await harness.engine.delete("static-roles/fixed")
        harness.engine.clock.advance(by: .seconds(7200))
        #expect(try await harness.tick() == nil)
        #expect(harness.database.users == ["app-user"])
        await #expect(throws: EngineError.badRequest("unknown role: fixed")) {
            try await harness.engine.read("static-creds/fixed")
        }
    }
}
