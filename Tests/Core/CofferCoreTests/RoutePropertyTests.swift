internal import CofferCore
import CofferFramework
import CofferJSON
import MountService
import ServerHarness
import Testing

/// One operation of one declared path, at a request path that reaches it.
struct DeclaredRoute: Sendable, CustomStringConvertible {
    let method: String
    let path: String
    let verb: Verb
    let traits: PathTraits

    var description: String { "\(method) \(path)" }
    /// A write to a folder is refused before anyone asks who it is.
    var writesFolder: Bool { method == "POST" && path.hasSuffix("/") }
    var isPublic: Bool { traits.unauthenticated.contains(verb.operation) }

    /// Every route of every mount of a server, captures filled with a name.
    static func all(of server: ServerHarness) -> [DeclaredRoute] {
        guard let routes = server.core.services?.mounts.routes.routes else { return [] }
        return routes.flatMap { route in
            route.engine.paths.paths.flatMap { path in
                path.pattern.examples.flatMap { example in
                    path.verbs.compactMap { verb in
                        method(verb.operation).map { method in
                            DeclaredRoute(
                                method: method, path: route.mount.path + example, verb: verb, traits: path.traits)
                        }
                    }
                }
            }
        }
    }

    private static func method(_ operation: CofferFramework.Operation) -> String? {
        switch operation {
        case .read: "GET"
        case .update: "POST"
        case .patch: "PATCH"
        case .delete: "DELETE"
        case .list: "LIST"
        case .scan: "SCAN"
        case .create, .help: nil
        }
    }
}

extension ServerHarness {
    /// Every engine of the catalogue mounted, and every optional path offered: the whole path table.
    static func withEverything() async throws -> ServerHarness {
        let server = try await ServerHarness.unsealed {
            $0.hasRawStorageEndpoint = true
            $0.hasIntrospectionEndpoint = true
        }
        try await server.ok("POST", "sys/mounts/kv-one", ["type": "kv", "options": ["version": "1"]])
        for kind in server.core.configuration.engines where !kind.isBuiltIn {
            let table = kind.class == .auth ? "auth" : "mounts"
            try await server.ok("POST", "sys/\(table)/all-\(kind.type)", ["type": .string(kind.type)])
        }
        return server
    }
}

@Suite struct RoutePropertyTests {
    private static let patch = [("Content-Type", "application/merge-patch+json")]

    @Test("every route that is not declared public refuses a caller without a token")
    func withoutToken() async throws {
        let server = try await ServerHarness.withEverything()
        let routes = DeclaredRoute.all(of: server).filter { !$0.isPublic && !$0.writesFolder }
        #expect(routes.count > 80)
        for route in routes {
            let answer = await server.send(
                route.method, route.path, route.method == "PATCH" ? [:] : nil, token: nil,
                headers: route.method == "PATCH" ? Self.patch : [])
            #expect(answer.status == 403, "\(route)")
            #expect(answer.errors == ["permission denied"], "\(route)")
        }
    }

    @Test("every route that is not declared public refuses a token that has no policy for it")
    func withoutPolicy() async throws {
        let server = try await ServerHarness.withEverything()
        let token = try await server.token(["nothing"], ["no_default_policy": true])
        for route in DeclaredRoute.all(of: server) where !route.isPublic && !route.writesFolder {
            let answer = await server.send(
                route.method, route.path, route.method == "PATCH" ? [:] : nil, token: token,
                headers: route.method == "PATCH" ? Self.patch : [])
            #expect(answer.status == 403, "\(route) answered \(answer.status)")
        }
    }

    @Test("a path is authorised in its one spelling only")
    func spellings() async throws {
        let server = try await ServerHarness.withEverything()
        for route in DeclaredRoute.all(of: server) {
            for unclean in ["./" + route.path, route.path + "/../x", "x/%2e%2e/" + route.path, "/" + route.path] {
                let answer = await server.send(route.method, unclean)
                #expect(answer.status == 400, "\(route.method) \(unclean) answered \(answer.status)")
            }
        }
    }

    // CVE-2025-4166, CVE-2025-52893, GHSA-8xxq-mq9m-xmhw: the value of a wrong type was in the error.
    @Test("a field of a wrong type is refused, leaks nowhere, and leaves the server alive")
    func wrongTypes() async throws {
        var server = try await Self.audited()
        let routes = DeclaredRoute.all(of: server).filter {
            ["POST", "PATCH"].contains($0.method) && !$0.verb.input.isEmpty
        }
        #expect(routes.count > 60)
        let wrong: JSON = [["canary-key": ["canary-value"]], "canary-value"]
        for route in routes {
            for field in route.verb.input {
                let answer = await server.send(
                    route.method, route.path, .object([field.name: wrong]),
                    headers: route.method == "PATCH" ? Self.patch : [])
                let isAnything = field.type == .any
                #expect(!answer.text.contains("canary") || isAnything, "\(route) repeats \(field.name)")
                #expect(answer.status < 500 || answer.status == 503, "\(route) \(field.name): \(answer.status)")
                #expect(answer.status >= 400 || isAnything, "\(route) takes \(field.name): \(answer.status)")
            }
            let isInAudit = server.audit.text.contains("canary-value")
            #expect(!isInAudit, "\(route) is in the audit")
            // A field that takes anything may have sealed it, or the like.
            if await server.send("GET", "secret/config").status != 200 { server = try await Self.audited() }
            #expect(await server.send("GET", "sys/health", token: nil).json != nil, "\(route)")
        }
    }

    private static func audited() async throws -> ServerHarness {
        let server = try await ServerHarness.withEverything()
        try await server.ok("POST", "sys/audit/recording", ["type": "recording"])
        return server
    }

    @Test("a sealed server answers only the routes that are declared for it")
    func sealed() async throws {
        let server = try await ServerHarness.withEverything()
        let routes = DeclaredRoute.all(of: server)
        await server.core.sealNow()
        for route in routes where !route.traits.whenSealed {
            let answer = await server.send(
                route.method, route.path, route.method == "PATCH" ? [:] : nil,
                headers: route.method == "PATCH" ? Self.patch : [])
            #expect(answer.status == 503, "\(route) answered \(answer.status)")
        }
    }

    @Test("every table of paths is sound")
    func tables() async throws {
        let server = try await ServerHarness.withEverything()
        for route in server.core.services?.mounts.routes.routes ?? [] {
            let findings = PathTableValidator.findings(in: route.engine.paths, named: route.mount.path)
            #expect(findings.isEmpty, "\(route.mount.path): \(findings)")
        }
    }

    @Test("help and the OpenAPI document cover every route")
    func described() async throws {
        let server = try await ServerHarness.withEverything()
        let document = await server.send("GET", "sys/internal/specs/openapi")
        #expect(document["openapi"]?.stringValue?.hasPrefix("3.") == true)
        #expect((document["paths"]?.objectValue?.count ?? 0) > 60)
        for route in DeclaredRoute.all(of: server) {
            let help = await server.send("GET", route.path, query: "help=1")
            #expect(help.status == 200, "\(route) has no help")
            #expect(help["help"]?.stringValue?.isEmpty == false, "\(route)")
        }
    }
}
