import CofferFramework
import CofferJSON
import ServerHarness
import Testing

@Suite struct ScanTests {
    private static let names = ["a", "open/b", "open/deep/c", "private/d", "private/granted/e", "z"]

    /// A mount of each version with the same names in it.
    private static func filled() async throws -> ServerHarness {
        let server = try await ServerHarness.unsealed()
        try await server.ok("POST", "sys/mounts/one", ["type": "kv", "options": ["version": "1"]])
        for name in names {
            try await server.ok("POST", "one/\(name)", ["k": "v"])
            try await server.ok("POST", "secret/data/\(name)", ["data": ["k": "v"]])
            try await server.ok("POST", "cubbyhole/\(name)", ["k": "v"])
        }
        return server
    }

    @Test(
        "a scan lists the names at any depth, by verb and by query", arguments: ["one", "secret/metadata", "cubbyhole"])
    func all(folder: String) async throws {
        let server = try await Self.filled()
        #expect(try await server.ok("SCAN", folder).keys == Self.names)
        #expect(await server.send("GET", folder, query: "scan=true").keys == Self.names)
        #expect(try await server.ok("SCAN", folder + "/open").keys == ["b", "deep/c"])
        #expect(await server.send("SCAN", folder + "/nosuch").status == 404)
        #expect(await server.send("GET", folder, query: "scan=maybe").status == 400)
    }

    @Test("a scan goes on after a name, and stops at its limit", arguments: ["one", "secret/metadata", "cubbyhole"])
    func pages(folder: String) async throws {
        let server = try await Self.filled()
        #expect(await server.send("SCAN", folder, query: "limit=2").keys == ["a", "open/b"])
        #expect(await server.send("SCAN", folder, query: "after=open/b&limit=2").keys == ["open/deep/c", "private/d"])
        #expect(await server.send("SCAN", folder, query: "after=z").status == 404)
        #expect(await server.send("LIST", folder, query: "after=a&limit=2").keys == ["open/", "private/"])
        #expect(await server.send("LIST", folder, query: "limit=0").keys == ["a", "open/", "private/", "z"])
    }

    @Test("folders that the caller may not list are left out of a scan (CVE-2026-12624)")
    func filtered() async throws {
        let server = try await Self.filled()
        try await server.policy(
            "scanner",
            """
            path "secret/metadata/*" { capabilities = ["list", "scan"] }
            path "secret/metadata/private/*" { capabilities = ["deny"] }
            path "secret/metadata/private/granted/*" { capabilities = ["list", "scan"] }
            path "one/" { capabilities = ["scan"] }
            path "one/open/" { capabilities = ["list"] }
            """)
        let token = try await server.token(["scanner"])
        #expect(
            try await server.ok("SCAN", "secret/metadata", token: token).keys == ["a", "open/b", "open/deep/c", "z"])
        #expect(await server.send("SCAN", "secret/metadata/private", token: token).status == 403)
        #expect(await server.send("GET", "secret/metadata/private", token: token, query: "scan=1").status == 403)
        #expect(try await server.ok("SCAN", "secret/metadata/private/granted", token: token).keys == ["e"])
        #expect(try await server.ok("SCAN", "one", token: token).keys == ["a", "open/b", "z"])
        #expect(await server.send("SCAN", "secret/metadata", token: token, query: "limit=3").keys.count == 3)
    }

    @Test("listing gives no scan, and scanning no list")
    func capabilities() async throws {
        let server = try await Self.filled()
        try await server.policy("lister", #"path "secret/metadata/*" { capabilities = ["list"] }"#)
        let lister = try await server.token(["lister"])
        #expect(await server.send("SCAN", "secret/metadata", token: lister).status == 403)
        #expect(await server.send("LIST", "secret/metadata/open", token: lister).status == 200)
    }

    @Test(
        "a policy's pagination limit holds for every spelling of no limit (OpenBao 2.6.1)",
        arguments: ["", "limit=0", "limit=-1", "limit=", "limit=max", "limit=1&limit=9", "limit=2"])
    func paginationLimit(query: String) async throws {
        let server = try await Self.filled()
        try await server.policy(
            "few", #"path "secret/metadata/*" { capabilities = ["list", "scan"]  pagination_limit = 2 }"#)
        let token = try await server.token(["few"])
        #expect(await server.send("LIST", "secret/metadata", token: token, query: query).keys == ["a", "open/"])
        #expect(await server.send("SCAN", "secret/metadata", token: token, query: query).keys == ["a", "open/b"])
        #expect(await server.send("LIST", "secret/metadata", token: token, query: "limit=3").status == 403)
    }

    @Test("a limit can be required; max without a limit is all")
    func requiredLimit() async throws {
        let server = try await Self.filled()
        try await server.policy(
            "asked",
            #"path "secret/metadata/*" { capabilities = ["list"] pagination_limit = 2 required_parameters = ["limit"] }"#
        )
        let token = try await server.token(["asked"])
        #expect(await server.send("LIST", "secret/metadata", token: token).status == 403)
        #expect(await server.send("LIST", "secret/metadata", token: token, query: "limit=max").keys.count == 2)
        #expect(await server.send("LIST", "secret/metadata", query: "limit=max").keys.count == 4)
    }

    @Test("every list of the core takes after and limit")
    func everyList() async throws {
        let server = try await ServerHarness.withEverything()
        let core = ["sys/", "auth/token/", "secret/", "kv-one/", "cubbyhole/", "all-generic/"]
        let unpaged = DeclaredRoute.all(of: server).filter { route in
            ["LIST", "SCAN"].contains(route.method) && core.contains { route.path.hasPrefix($0) }
                && !Set(route.verb.input.map(\.name)).isSuperset(of: ["after", "limit"])
                // Answers in place of versioned secrets that were asked for without data/.
                && !route.traits.isFallback
        }
        // The only runtime list there is has nothing to list.
        #expect(unpaged.map(\.description).filter { !$0.contains("sys/plugins/runtimes/catalog") } == [])
    }
}
