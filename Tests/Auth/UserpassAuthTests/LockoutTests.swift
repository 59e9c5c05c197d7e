import CofferJSON
import ServerHarness
import TestSupport
import Testing

@Suite struct LockoutTests {
    private func accessor(_ world: UserpassServer) async throws -> String {
        try await world.server.ok("GET", "sys/auth").data?["userpass/"]?["accessor"]?.stringValue ?? ""
    }

    private func fail(_ world: UserpassServer, _ names: String...) async {
        for name in names { _ = await world.login(name, "wrong") }
    }

    @Test("every spelling of a name counts for the one user (N01)")
    func spellings() async throws {
        let world = try await UserpassServer(users: ["alice"])
        await fail(world, "alice", "alice", "ALICE", "ALICE", "Alice")
        let answer = await world.login("alice")
        #expect(answer.status == 403)
        #expect(answer.errors == ["permission denied"])
        let report = try await world.server.ok("GET", "sys/locked-users").data
        let accessor = try await accessor(world)
        let expected: JSON = [
            "by_namespace": [
                [
                    "namespace_id": "root", "namespace_path": "", "counts": 1,
                    "mount_accessors": [
                        ["mount_accessor": .string(accessor), "counts": 1, "alias_identifiers": ["alice"]]
                    ],
                ]
            ], "total": 1,
        ]
        #expect(report == expected)
    }

    @Test("a locked user is let in again by hand, or in time")
    func unlocking() async throws {
        let world = try await UserpassServer()
        let accessor = try await accessor(world)
        await fail(world, "bob", "bob", "bob", "bob", "bob")
        try await world.server.ok("POST", "sys/locked-users/\(accessor)/unlock/bob", [:])
        #expect(await world.login().status == 200)
        await fail(world, "bob", "bob", "bob", "bob", "bob")
        #expect(await world.login().status == 403)
        world.server.clock.advance(by: .seconds(900))
        #expect(await world.login().status == 200)
    }

    @Test("a name that does not exist is locked like one that does: the lock tells nothing")
    func missing() async throws {
        let world = try await UserpassServer()
        await fail(world, "nobody", "nobody", "nobody", "nobody", "nobody")
        #expect(await world.login("nobody").status == 403)
        #expect(await world.login("bob").status == 200)
    }

    @Test("a mount tunes its own lockout, and shows it")
    func tuning() async throws {
        let world = try await UserpassServer()
        let server = world.server
        let lockout: JSON = ["lockout_threshold": "2", "lockout_duration": "1m"]
        try await server.ok("POST", "sys/auth/userpass/tune", ["user_lockout_config": lockout])
        let tuned = try await server.ok("GET", "sys/auth/userpass/tune").data
        #expect(tuned?["user_lockout_threshold"] == 2)
        #expect(tuned?["user_lockout_duration"] == 60)
        #expect(tuned?["user_lockout_disable"] == false)
        await fail(world, "bob", "bob")
        #expect(await world.login().status == 403)
        server.clock.advance(by: .seconds(60))
        #expect(await world.login().status == 200)
        try await server.ok("POST", "sys/auth/userpass/tune", ["user_lockout_config": ["lockout_disable": true]])
        await fail(world, "bob", "bob", "bob")
        #expect(await world.login().status == 200)
        #expect(
            await server.send("POST", "sys/auth/token/tune", ["user_lockout_config": lockout]).errors
                == ["tuning of user lockout configuration for auth type \"token\" not allowed"])
        #expect(await server.send("POST", "sys/auth/userpass/tune", ["user_lockout_config": "x"]).status == 400)
        let enabling: JSON = ["type": "kv", "config": ["user_lockout_config": lockout]]
        #expect(await server.send("POST", "sys/mounts/other", enabling).status == 400)
        let people: JSON = ["type": "userpass", "config": ["user_lockout_config": lockout]]
        try await server.ok("POST", "sys/auth/people", people)
        #expect(try await server.ok("GET", "sys/auth/people/tune").data?["user_lockout_threshold"] == 2)
    }

    @Test("of many guesses at once none comes through after the lock")
    func parallelGuesses() async throws {
        let world = try await UserpassServer()
        let statuses = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 { group.addTask { await world.login("bob", "wrong").status } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.allSatisfy { $0 == 400 || $0 == 403 })
        #expect(await world.login().status == 403)
    }
}
