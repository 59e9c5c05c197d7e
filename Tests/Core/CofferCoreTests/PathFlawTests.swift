import CofferCore
import CofferFramework
import CofferJSON
import CofferStorage
import ServerHarness
import Testing

/// Classes of flaws that were published for paths and the router, each as the behaviour that rules it out.
@Suite struct PathFlawTests {
    // CVE-2026-3605: `..` let a pattern of one team delete the secrets of another.
    @Test(
        "no spelling of a path leaves the folder that a policy gives",
        arguments: [
            "team-a/../team-b/x", "team-a/..%2fteam-b/x", "team-a/%2e%2e/team-b/x", "team-a/.%2e/team-b/x",
            "team-a/%252e%252e%252fteam-b/x", "team-a/x/..", "team-a/./../team-b/x", "team-a//../team-b/x",
        ])
    func traversal(path: String) async throws {
        let server = try await ServerHarness.unsealed()
        try await server.ok("POST", "secret/data/team-b/x", ["data": ["k": "v"]])
        try await server.policy("a", #"path "secret/metadata/team-a/*" { capabilities = ["delete", "read"] }"#)
        let token = try await server.token(["a"])
        #expect(await server.send("DELETE", "secret/metadata/" + path, token: token).status == 400)
        #expect(try await server.ok("GET", "secret/data/team-b/x").data?["data"]?["k"] == "v")
    }

    @Test("dots that are no way up are names", arguments: ["...", "a..b", "..a", ".hidden"])
    func dots(name: String) async throws {
        let server = try await ServerHarness.unsealed()
        #expect(await server.send("POST", "secret/data/x/\(name)/y", ["data": ["k": "v"]]).status == 200)
        #expect(try await server.ok("GET", "secret/data/x/\(name)/y").data?["data"]?["k"] == "v")
    }

    // P02, CVE-2026-12624 and GHSA-xp3c-3jw3-4vcr: a denied folder was listed, because its slash was cut off first.
    @Test(
        "a denied folder is listed by no spelling of a list",
        arguments: [("LIST", nil), ("SCAN", nil), ("GET", "list=true"), ("GET", "scan=true")] as [(String, String?)])
    func deniedFolder(method: String, query: String?) async throws {
        let server = try await ServerHarness.unsealed()
        for path in ["a", "private/b", "private/granted/c"] {
            try await server.ok("POST", "secret/data/" + path, ["data": ["k": "v"]])
        }
        try await server.policy(
            "lister",
            """
            path "secret/metadata/*" { capabilities = ["list", "scan"] }
            path "secret/metadata/private/*" { capabilities = ["deny"] }
            path "secret/metadata/private/granted/*" { capabilities = ["list", "scan"] }
            """)
        let token = try await server.token(["lister"])
        func status(_ path: String) async -> Int {
            await server.send(method, "secret/metadata/" + path, token: token, query: query).status
        }
        for path in ["private/", "private"] { #expect(await status(path) == 403) }
        #expect(await status("private/granted/") == 200)
        #expect(await status("") == 200)
    }

    // Vault 2.0.0: paths that are not in their one spelling were accepted.
    @Test(
        "a path that is not in its one spelling is refused",
        arguments: [
            ("/secret/x", 400), ("secret//x", 400), ("./secret", 400), ("secret/.", 400), ("secret/%00", 400),
            ("secret/%0d%0a", 400), ("secret/%ff%fe", 400), ("secret/%e2%80%8b", 400), ("secret/%zz", 400),
            ("secret/" + String(repeating: "x", count: 70 * 1024), 414),
        ])
    func spelling(path: String, status: Int) async throws {
        let server = try await ServerHarness.unsealed()
        let answer = await server.send("GET", path)
        #expect(answer.status == status)
        #expect(!answer.text.contains("xxxx"))
    }

    // GHSA-rh46-vc3j-w2w3: callers could ask for operations that are the server's own.
    @Test(
        "operations that are the server's own cannot be asked for",
        arguments: [
            "REVOKE", "RENEW", "ROLLBACK", "ALIAS-LOOKAHEAD", "RESOLVE-ROLE", "CREATE", "UPDATE", "revoke", "*",
        ])
    func internalOperations(method: String) async throws {
        let server = try await ServerHarness.unsealed()
        for token in ["root", nil] {
            #expect(await server.send(method, "auth/token/create", [:], token: token).status == 405)
            #expect(await server.send(method, "secret/data/x", [:], token: token).status == 405)
        }
        #expect(await server.send("LIST", "auth/token/accessors").keys.count == 1)
    }

    @Test("help tells and does nothing, and headers of another server's logins give no token")
    func harmless() async throws {
        let server = try await ServerHarness.unsealed()
        let help = await server.send("HELP", "auth/token/create")
        #expect(help["help"]?.stringValue?.isEmpty == false)
        for operation in ["alias-lookahead", "revoke", "rollback", "resolve-role"] {
            let answer = await server.send(
                "POST", "secret/data/x", ["data": ["k": "v"]], token: nil,
                headers: [
                    ("X-Vault-Inline-Auth-Path", "auth/token/create"), ("X-Vault-Inline-Auth-Operation", operation),
                ])
            #expect(answer.status == 400 || answer.status == 403)
        }
        #expect(await server.send("LIST", "auth/token/accessors").keys.count == 1)
    }

    // CVE-2026-46405: an answer with an error and a token issued the token, unseen.
    @Test("a method that answers an error gives no token and no lease", arguments: ["throws", "status"])
    func errorWithGrant(path: String) async throws {
        let server = try await ServerHarness.unsealed(engines: [TwoFacedMethod.kind])
        try await server.ok("POST", "sys/auth/two", ["type": "two-faced"])
        let answer = await server.send("POST", "auth/two/" + path, [:], token: nil)
        #expect(answer.status >= 400)
        #expect(!answer.text.contains("client_token"))
        #expect(await server.send("LIST", "auth/token/accessors").keys.count == 1)
        #expect(try await server.storage.scan("sys/expire/window/auth/two", after: nil, limit: 9).isEmpty)
    }

    // CVE-2021-30476: a field with a typing mistake was ignored in silence.
    @Test("a field that a path does not know is named in a warning, wherever the answer has a body")
    func misspelt() async throws {
        let server = try await ServerHarness.unsealed()
        let answer = try await server.ok("POST", "auth/token/create", ["bound_servic_accounts": "x", "ttls": 1])
        #expect(
            answer["warnings"] == ["Endpoint ignored these unrecognized parameters: [bound_servic_accounts ttls]"])
    }

    // CVE-2021-3282, CVE-2022-36129, CVE-2021-27668: routes of clusters and licences were public.
    @Test("routes without a token are these and no others")
    func publicRoutes() async throws {
        let server = try await ServerHarness.unsealed { $0.reportedVersion = "2.0.0" }
        let found = DeclaredRoute.all(of: server)
            .filter { route in
                route.isPublic
                    && ["sys/", "auth/token/", "secret/", "cubbyhole/"].contains { route.path.hasPrefix($0) }
            }
            .map { "\($0.method) \($0.path)" }
        #expect(Set(found).subtracting(Self.public).sorted() == [])
    }

    @Test("engines and auth methods have no route without a token but their logins (D09)")
    func publicRoutesOfPlugins() async throws {
        let server = try await ServerHarness.withEverything()
        let found = DeclaredRoute.all(of: server)
            .filter { $0.isPublic && ["all-", "auth/all-", "kv-one/"].contains(where: $0.path.hasPrefix) }
        #expect(
            Set(found.map { "\($0.method) \($0.path)" }) == [
                "POST auth/all-approle/login", "POST auth/all-userpass/login/username0",
            ])
    }

    private static let `public`: Set<String> = {
        let reads = [
            "health", "leader", "seal-status", "init", "wrapping/lookup", "wrapping/pubkey", "internal/specs/openapi",
            "internal/ui/mounts", "internal/ui/mounts/path0/path1", "internal/ui/namespaces",
            "internal/ui/feature-flags",
            "replication/status", "replication/dr/status", "replication/performance/status", "seal-backend-status",
        ]
        let writes = [
            "init", "unseal", "seal-status", "wrapping/lookup", "decode-token", "mfa/validate",
            "internal/specs/openapi",
            "storage/raft/bootstrap/challenge", "storage/raft/bootstrap/answer",
        ]
        return Set(reads.map { "GET sys/" + $0 } + writes.map { "POST sys/" + $0 })
    }()
}

/// Grants a token and answers an error, in both ways that a mistake could take.
private struct TwoFacedMethod: Engine {
    static let kind = EngineKind(type: "two-faced", class: .auth, version: "v1") { _ in TwoFacedMethod() }

    let paths = PathTable(
        ["throws", "status"].map { name in
            Path(
                name, "Log in.",
                traits: .traits {
                    $0.unauthenticated = [.update]
                    $0.isLogin = true
                },
                [
                    Verb(.update, "login-" + name, "Log in.") { _ in
                        var reply = Reply(.data(["k": "v"]), status: 400)
                        reply.auth = .grant(AuthGrant(displayName: "x", policies: ["default"]))
                        if name == "throws" { throw EngineError.badRequest("no") }
                        return reply
                    }
                ])
        })
}
