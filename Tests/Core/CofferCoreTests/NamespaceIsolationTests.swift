import CofferFramework
import CofferHTTP
import CofferJSON
import ServerHarness
import TestSupport
import Testing

/// What one namespace decides is nothing to another.
@Suite struct NamespaceIsolationTests {
    private static let places = ["", "a/", "a/c/", "b/"]
    private static let paths = [
        "secret/x", "secret/y", "sys/mounts", "c/secret/x", "a/secret/x", "b/secret/x", "kv/data/z",
    ]
    private static let patterns = [
        "*", "secret/*", "secret/x", "+/x", "c/*", "a/*", "b/secret/*", "kv/data/*", "sys/*",
    ]
    private static let words = ["create", "read", "update", "delete", "list", "sudo", "deny", "patch"]

    private static func policy(_ random: inout SeededGenerator) -> String {
        (0..<Int.random(in: 1...4, using: &random)).map { _ in
            let words = Self.words.shuffled(using: &random).prefix(Int.random(in: 1...4, using: &random))
            let list = words.map { "\"\($0)\"" }.joined(separator: ", ")
            return "path \"\(patterns.randomElement(using: &random) ?? "*")\" { capabilities = [\(list)] }"
        }.joined(separator: "\n")
    }

    private static func decisions(_ server: ServerHarness, _ place: String, _ token: String) async -> JSON? {
        let answer = await server.send(
            "POST", place + "sys/capabilities", ["token": .string(token), "paths": .strings(paths)])
        return answer.data
    }

    // The class of CVE-2020-35453 and CVE-2023-3775.
    @Test("a policy attached in one namespace never alters a decision in another", arguments: 0..<4 as Range<UInt64>)
    func policies(seed: UInt64) async throws {
        let server = try await NamespaceServer.make()
        var random = SeededGenerator(seed: seed)
        var tokens: [(place: String, token: String, decisions: JSON?)] = []
        for place in Self.places {
            for name in ["p1", "p2"] {
                try await server.ok(
                    "PUT", "\(place)sys/policies/acl/\(name)", ["policy": .string(Self.policy(&random))])
            }
            let made = try await server.ok("POST", place + "auth/token/create", ["policies": ["p1", "p2"]])
            let token = made["auth"]?["client_token"]?.stringValue ?? ""
            tokens.append((place, token, await Self.decisions(server, place, token)))
        }
        for _ in 0..<40 {
            let place = Self.places.randomElement(using: &random) ?? ""
            let name = ["p1", "p2", "default"].randomElement(using: &random) ?? "p1"
            if Bool.random(using: &random) {
                try await server.ok(
                    "PUT", "\(place)sys/policies/acl/\(name)", ["policy": .string(Self.policy(&random))])
            } else {
                try await server.ok(
                    "POST", "\(place)identity/group", ["name": "g", "policies": ["p1", "p2"], "metadata": ["k": "v"]])
            }
            for (index, known) in tokens.enumerated() {
                let now = await Self.decisions(server, known.place, known.token)
                if known.place == place {
                    tokens[index].decisions = now
                } else {
                    #expect(now == known.decisions, "a change in \(place) altered \(known.place)")
                }
            }
        }
    }

    @Test("a login in a namespace makes its entity there, with the policies of its groups and templates")
    func logins() async throws {
        let server = try await NamespaceServer.make(engines: [AliasLoginEngine.kind])
        for place in ["a", "b"] {
            try await server.ok("POST", "\(place)/sys/auth/alias", ["type": "alias"])
            try await server.ok(
                "PUT", "\(place)/sys/policies/acl/own",
                ["policy": #"path "secret/{{identity.entity.name}}" { capabilities = ["read"] }"#])
            try await server.ok(
                "PUT", "\(place)/sys/policies/acl/group", ["policy": #"path "secret/x" { capabilities = ["read"] }"#])
        }
        func login(_ place: String) async throws -> JSON {
            let answer = try await server.ok(
                "POST", "\(place)/auth/alias/login", ["alias": "ann", "policies": ["own"]], token: nil)
            return answer["auth"] ?? .null
        }
        let (inA, inB) = (try await login("a"), try await login("b"))
        let entity = inA["entity_id"]?.stringValue ?? ""
        #expect(inB["entity_id"] != inA["entity_id"])
        #expect(await server.send("GET", "b/identity/entity/id/\(entity)").status == 404)
        let token = inA["client_token"]?.stringValue ?? ""
        try await server.ok("POST", "a/identity/entity/id/\(entity)", ["name": "ann"])
        try await server.ok("POST", "a/secret/ann", ["k": "v"])
        #expect(await server.send("GET", "a/secret/ann", token: token).status == 200)
        #expect(await server.send("GET", "a/secret/x", token: token).status == 403)
        // A group of another namespace with this member gives nothing.
        _ = await server.send(
            "POST", "b/identity/group", ["name": "g", "policies": ["group"], "member_entity_ids": [.string(entity)]])
        #expect(await server.send("GET", "a/secret/x", token: token).status == 403)
        try await server.ok(
            "POST", "a/identity/group", ["name": "g", "policies": ["group"], "member_entity_ids": [.string(entity)]])
        #expect(await server.send("GET", "a/secret/x", token: token).status == 200)
        #expect(await server.send("GET", "a/c/secret/x", token: token).status == 403)
        // Their entity does not follow tokens that are made for a child.
        try await server.ok("POST", "a/identity/entity/id/\(entity)", ["disabled": true])
        #expect(await server.send("GET", "a/secret/ann", token: token).status == 403)
        #expect(await server.send("GET", "b/secret/ann", token: inB["client_token"]?.stringValue).status != 200)
    }

    @Test("users of one name in two namespaces are locked out each by their own failures")
    func lockout() async throws {
        let server = try await NamespaceServer.make()
        for place in ["a", "b"] {
            try await server.ok("POST", "\(place)/sys/auth/userpass", ["type": "userpass"])
            try await server.ok("POST", "\(place)/auth/userpass/users/ann", ["password": "right"])
        }
        for _ in 0..<5 {
            _ = await server.send("POST", "a/auth/userpass/login/ann", ["password": "wrong"], token: nil)
        }
        #expect(await server.send("POST", "a/auth/userpass/login/ann", ["password": "right"], token: nil).status == 403)
        #expect(await server.send("POST", "b/auth/userpass/login/ann", ["password": "right"], token: nil).status == 200)
        let all = try await server.ok("GET", "sys/locked-users").data
        #expect(all?["by_namespace"]?.arrayValue?.first?["namespace_path"] == "a/")
        #expect(try await server.ok("GET", "b/sys/locked-users").data?["total"] == 0)
        let accessor = try await server.ok("GET", "a/sys/auth").data?["userpass/"]?["accessor"]?.stringValue ?? ""
        #expect(await server.send("POST", "b/sys/locked-users/\(accessor)/unlock/ann").status == 400)
        try await server.ok("POST", "a/sys/locked-users/\(accessor)/unlock/ann")
        #expect(await server.send("POST", "a/auth/userpass/login/ann", ["password": "right"], token: nil).status == 200)
    }

    @Test("quotas of a namespace are for it alone, or for those below it too")
    func quotas() async throws {
        let target = CredentialTarget()
        let server = try await NamespaceServer.make(engines: [CredentialEngine.kind(target)])
        for place in ["a", "b"] { try await server.ok("POST", "\(place)/sys/mounts/db", ["type": "credentials"]) }
        try await server.ok("POST", "sys/quotas/rate-limit/r", ["path": "a/", "rate": 1, "interval": "1h"])
        #expect(try await server.ok("GET", "sys/quotas/rate-limit/r").data?["path"] == "a/")
        #expect(await server.send("GET", "a/secret/x").status == 200)
        #expect(await server.send("GET", "a/secret/x").status == 429)
        for path in ["b/secret/x", "a/c/secret/x", "sys/mounts"] {
            #expect(await server.send("GET", path).status == 200)
        }
        try await server.ok(
            "POST", "sys/quotas/rate-limit/r", ["path": "a", "rate": 1, "interval": "1h", "inheritable": true])
        _ = await server.send("GET", "a/c/secret/x")
        #expect(await server.send("GET", "a/c/secret/x").status == 429)
        try await server.ok("DELETE", "sys/quotas/rate-limit/r")
        try await server.ok("POST", "sys/quotas/lease-count/l", ["path": "a/db", "max_leases": 1])
        #expect(await server.send("GET", "a/db/creds/x").status == 200)
        #expect(await server.send("GET", "a/db/creds/x").status == 429)
        #expect(await server.send("GET", "b/db/creds/x").status == 200)
        try await server.settle()
        #expect(try await server.ok("GET", "sys/quotas/lease-count/l").data?["counter"] == 1)
        #expect(target.users.count == 2)
    }

    @Test("a wrapped answer is opened from anywhere, and a second factor is a namespace's own")
    func wrapping() async throws {
        let server = try await NamespaceServer.make()
        let token = try await server.token("a", ["p"])
        let wrapped = await server.send("GET", "a/secret/x", token: token, headers: [("X-Vault-Wrap-TTL", "60s")])
        let key = wrapped["wrap_info"]?["token"]?.stringValue ?? ""
        let id = try await server.id("a/")
        #expect(key.hasSuffix("." + id))
        let opened = await server.send("POST", "sys/wrapping/unwrap", token: key)
        #expect(opened.data?["in"] == "a")
        #expect(await server.send("POST", "a/sys/wrapping/unwrap", token: key).status == 400)
    }

    @Test("a denial in a namespace is explained by the rules of the token's namespace")
    func explanations() async throws {
        let server = try await NamespaceServer.make()
        let token = try await server.token("a", ["p"])
        let denied = await server.send("GET", "b/secret/x", token: token)
        let id = denied.fields["x-coffer-deny-id"] ?? ""
        let told = try await server.ok("GET", "sys/policies/denials/\(id)").data
        #expect(told?["cause"] == "foreign_namespace")
        let admin = try await server.admin("a")
        #expect(await server.send("GET", "a/sys/policies/denials/\(id)", token: admin).status == 404)
        let asked = try await server.ok(
            "POST", "a/sys/policies/explain", ["token": .string(token), "method": "read", "path": "secret/x"])
        #expect(asked.data?["allowed"] == true)
    }
}

/// The same numbers for the same seed (SplitMix64).
private struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
