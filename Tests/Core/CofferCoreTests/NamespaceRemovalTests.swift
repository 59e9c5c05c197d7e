import CofferCore
import CofferFramework
import CofferJSON
import CofferStorage
import NamespaceService
import ServerHarness
import TestSupport
import Testing

/// Deleting a namespace leaves nothing, whatever happens in between.
@Suite struct NamespaceRemovalTests {
    private static func fill(_ server: ServerHarness, secrets: Int, leases: Int) async throws {
        try await server.ok("POST", "sys/namespaces/n", ["custom_metadata": ["team": "a"]])
        try await server.ok("POST", "n/sys/mounts/kv", ["type": "kv", "options": ["version": "2"]])
        try await server.ok("POST", "n/sys/mounts/db", ["type": "credentials"])
        try await server.ok("POST", "n/sys/auth/alias", ["type": "alias"])
        for number in 0..<secrets { try await server.ok("POST", "n/kv/data/s/\(number)", ["data": ["k": "v"]]) }
        try await server.ok("PUT", "n/sys/policies/acl/p", ["policy": #"path "*" { capabilities = ["read"] }"#])
        try await server.ok(
            "PUT", "n/sys/policies/password/p",
            ["policy": "length = 20\nrule \"charset\" { charset = \"abcdefghijklmnopqrstuvwxyz\" }"])
        let token = try await server.token("n", ["p"])
        for number in 0..<leases {
            try await server.ok("GET", "n/db/creds/x", token: number.isMultiple(of: 2) ? token : "root")
        }
        try await server.ok("POST", "n/auth/alias/login", ["alias": "ann", "groups": ["g"]], token: nil)
        try await server.ok("POST", "n/identity/group", ["name": "g", "policies": ["p"]])
        try await server.ok("POST", "n/identity/oidc/key/k")
        try await server.ok("POST", "n/cubbyhole/mine", ["k": "v"], token: token)
        try await server.ok("POST", "n/auth/token/roles/r", ["orphan": true])
        try await server.ok("POST", "n/sys/auth/token/tune", ["description": "tuned"])
        try await server.ok("POST", "sys/quotas/rate-limit/q", ["path": "n/", "rate": 1_000_000])
        try await server.ok("POST", "sys/quotas/lease-count/q", ["path": "n/db", "max_leases": 1_000_000])
    }

    private static func keys(_ server: ServerHarness) async throws -> [String] {
        try await server.storage.scan("", after: nil, limit: .max).map(\.description)
    }

    private static func isGone(_ server: ServerHarness) async throws -> Bool {
        await server.core.services?.removals.settle()
        return await server.send("GET", "sys/namespaces/n").status == 404
    }

    @Test("a namespace with a thousand secrets and leases leaves nothing in the storage")
    func complete() async throws {
        let target = CredentialTarget()
        let server = try await ServerHarness.unsealed(engines: [CredentialEngine.kind(target), AliasLoginEngine.kind])
        let before = try await Self.keys(server)
        try await Self.fill(server, secrets: 1000, leases: 1000)
        #expect(target.users.count == 1000)
        try await server.ok("DELETE", "sys/namespaces/n")
        #expect(try await Self.isGone(server))
        #expect(target.users.isEmpty)
        #expect(try await Self.keys(server) == before)
        try await server.ok("POST", "sys/namespaces/n")
        #expect(await server.send("GET", "n/kv/data/s/1").status == 404)
        #expect(await server.send("LIST", "n/identity/entity/id").status == 404)
    }

    @Test(
        "a deletion that is interrupted at any commit goes on after a restart",
        arguments: Array(0..<12) + [15, 20, 30, 50])
    func interrupted(commits: Int) async throws {
        let storage = FailingStorage()
        let target = CredentialTarget()
        let server = try await ServerHarness.unsealed(
            storage: storage, engines: [CredentialEngine.kind(target), AliasLoginEngine.kind])
        let before = try await Self.keys(server)
        try await Self.fill(server, secrets: 3, leases: 4)
        storage.accept(commits)
        let asked = await server.send("DELETE", "sys/namespaces/n")
        #expect(asked.status == (commits == 0 ? 503 : 200))
        await server.core.services?.removals.settle()
        storage.accept(nil)
        try await server.reopen()
        if commits == 0 { try await server.ok("DELETE", "sys/namespaces/n") }
        #expect(try await Self.isGone(server))
        #expect(target.users.isEmpty)
        #expect(try await Self.keys(server) == before)
    }

    // CVE-2026-42186, CVE-2020-7220: credentials survived the namespace that they were made in.
    @Test("what cannot be revoked keeps its namespace until it can, closed to everybody")
    func targetIsDown() async throws {
        let target = CredentialTarget()
        let server = try await ServerHarness.unsealed(engines: [CredentialEngine.kind(target), AliasLoginEngine.kind])
        let before = try await Self.keys(server)
        try await Self.fill(server, secrets: 2, leases: 50)
        target.setDown(true)
        #expect(try await server.ok("DELETE", "sys/namespaces/n").data?["status"] == "in-progress")
        await server.core.services?.removals.settle()
        #expect(try await server.ok("GET", "sys/namespaces/n").data?["tainted"] == true)
        #expect(await server.send("GET", "n/kv/data/s/1").status == 404)
        #expect(await server.send("POST", "sys/namespaces/n").status == 400)
        try await server.reopen()
        await server.core.services?.removals.settle()
        #expect(target.users.count == 50)
        target.setDown(false)
        try await server.ok("DELETE", "sys/namespaces/n")
        #expect(try await Self.isGone(server))
        #expect(target.users.isEmpty)
        #expect(try await Self.keys(server) == before)
    }

    @Test("a deletion waits for the requests that are in the namespace")
    func visitors() async throws {
        let target = CredentialTarget()
        let server = try await ServerHarness.unsealed(engines: [CredentialEngine.kind(target), AliasLoginEngine.kind])
        let before = try await Self.keys(server)
        try await Self.fill(server, secrets: 1, leases: 0)
        target.afterMaking {
            _ = await server.send("DELETE", "sys/namespaces/n")
        }
        // The deletion begins while this request is under way; its lease comes in time to be revoked.
        _ = await server.send("GET", "n/db/creds/x")
        #expect(try await Self.isGone(server))
        #expect(target.users.isEmpty)
        #expect(try await Self.keys(server) == before)
    }

    // CVE-2023-3774: an error while a namespace was made ended the server.
    @Test("a namespace that could not be stored is not there, and is made at the next try")
    func failedCreation() async throws {
        let storage = FailingStorage()
        let server = try await ServerHarness.unsealed(storage: storage)
        storage.accept(0)
        #expect(await server.send("POST", "sys/namespaces/n").status == 503)
        #expect(await server.send("GET", "sys/namespaces/n").status == 404)
        storage.accept(nil)
        try await server.ok("POST", "sys/namespaces/n")
        #expect(try await server.ok("GET", "n/sys/mounts").data?["sys/"] != nil)
    }
}
