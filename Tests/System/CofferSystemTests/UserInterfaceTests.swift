import CofferCore
import CofferJSON
import ServerHarness
import TestSupport
import Testing

@Suite struct UserInterfaceTests {
    @Test("a token sees what it may do, exact paths apart from patterns")
    func resultantACL() async throws {
        let server = try await ServerHarness.unsealed()
        try await server.policy(
            "team",
            """
            path "secret/data/team/*" { capabilities = ["read", "list"] }
            path "secret/+/one" { capabilities = ["update"] }
            path "sys/mounts" { capabilities = ["read"] }
            path "secret/data/private" { capabilities = ["deny", "read"] }
            path "sys/internal/ui/resultant-acl" { capabilities = ["read"] }
            """)
        let token = try await server.token(["team"], ["no_default_policy": true])
        let data = try await server.ok("GET", "sys/internal/ui/resultant-acl", token: token).data
        #expect(data?["root"] == false)
        #expect(data?["exact_paths"]?["sys/mounts"]?["capabilities"] == ["read"])
        #expect(data?["exact_paths"]?["secret/data/private"]?["capabilities"] == ["deny"])
        #expect(data?["glob_paths"]?["secret/data/team/"]?["capabilities"] == ["list", "read"])
        #expect(data?["glob_paths"]?["secret/+/one"]?["capabilities"] == ["update"])
        #expect(try await server.ok("GET", "sys/internal/ui/resultant-acl").data?["root"] == true)
    }

    @Test("namespaces and the version are shown to callers with a token only")
    func others() async throws {
        let server = try await ServerHarness.unsealed()
        #expect(try await server.ok("GET", "sys/internal/ui/namespaces").keys == [""])
        #expect(await server.send("GET", "sys/internal/ui/namespaces", token: nil).status == 403)
        #expect(try await server.ok("GET", "sys/internal/ui/version").data?["version"] == "1.21.1")
        #expect(await server.send("GET", "sys/internal/ui/version", token: nil).status == 403)
        // Enterprise's own pages are no pages here.
        #expect(await server.send("GET", "sys/config/ui/custom-messages").status == 404)
    }

    @Test("nobody is locked out, and unlocking asks for a mount that is there")
    func lockedUsers() async throws {
        let server = try await ServerHarness.unsealed()
        #expect(try await server.ok("GET", "sys/locked-users").data?["total"] == 0)
        let accessor = try await server.ok("GET", "sys/auth").data?["token/"]?["accessor"]?.stringValue ?? ""
        #expect(await server.send("POST", "sys/locked-users/\(accessor)/unlock/bob").status == 204)
        #expect(await server.send("POST", "sys/locked-users/nosuch/unlock/bob").status == 400)
        #expect(await server.send("GET", "sys/locked-users", query: "mount_accessor=nosuch").status == 400)
    }

    @Test("the router's tables are shown where the configuration offers them")
    func inspection() async throws {
        let closed = try await ServerHarness.unsealed()
        #expect(await closed.send("GET", "sys/internal/inspect/router/root").status == 404)
        let server = try await ServerHarness.unsealed { $0.hasIntrospectionEndpoint = true }
        let routes = try await server.ok("GET", "sys/internal/inspect/router/root").data?["root"]?.arrayValue ?? []
        let secret = routes.first { $0["mount_path"] == "secret/" }
        #expect(secret?["tainted"] == false)
        #expect(secret?["storage_prefix"]?.stringValue?.hasPrefix("logical/") == true)
        let entries = try await server.ok("GET", "sys/internal/inspect/router/uuid").data?["uuid"]?.arrayValue ?? []
        #expect(entries.count == routes.count)
        #expect(entries.first?["storage_prefix"] == nil)
        #expect(await server.send("GET", "sys/internal/inspect/router/nosuch").status == 400)
        let token = try await server.token(["default"])
        #expect(await server.send("GET", "sys/internal/inspect/router/root", token: token).status == 403)
    }

    @Test("profiles are plain text about this process, and hold no command line")
    func profiles() async throws {
        let server = try await ServerHarness.unsealed()
        #expect(try await server.ok("GET", "sys/pprof").text.contains("<a href=\"pprof/heap\">"))
        #expect(try await server.ok("GET", "sys/pprof/heap").text.contains("VmRSS"))
        #expect(try await server.ok("GET", "sys/pprof/goroutine").text.contains("GET /v1/sys/pprof/goroutine"))
        #expect(try await server.ok("GET", "sys/pprof/threadcreate").text.hasPrefix("threads: "))
        #expect(try await server.ok("GET", "sys/pprof/cmdline").text.contains("/") == false)
        #expect(await server.send("GET", "sys/pprof/heap", token: nil).status == 403)
        async let profile = server.send("GET", "sys/pprof/profile", query: "seconds=5")
        await server.clock.waitForSleepers(3)
        server.clock.advance(by: .seconds(5))
        #expect(await profile.text.hasPrefix("processor time in 5 s\n"))
    }

    @Test("the one node is the active one, under the machine's name")
    func members() async throws {
        let server = try await ServerHarness.unsealed()
        let nodes = try await server.ok("GET", "sys/ha-status").data?["nodes"]?.arrayValue ?? []
        #expect(nodes.count == 1)
        #expect(nodes.first?["active_node"] == true)
        #expect(nodes.first?["hostname"]?.stringValue?.isEmpty == false)
        #expect(await server.send("PUT", "sys/step-down").status == 204)
    }
}
