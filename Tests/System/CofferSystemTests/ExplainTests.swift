import CofferBase
import CofferCore
import CofferHTTP
import CofferJSON
import ServerHarness
import TestSupport
import Testing

/// A way to be denied, and what the explanation must say of it.
private struct DeniedCase: Sendable, CustomTestStringConvertible {
    let name: String
    var policy = ""
    var token: JSONObject = [:]
    var method = "GET"
    var path = "secret/data/app"
    var body: JSON?
    var headers: [String: String] = [:]
    let cause: String
    /// Part of the stanza that would allow it; empty when none would.
    var suggestion = ""

    var testDescription: String { name }
}

@Suite struct ExplainTests {
    private static let cases: [DeniedCase] = [
        DeniedCase(
            name: "no policy names the path", policy: "", cause: "no_matching_rule",
            suggestion: "path \"secret/data/app\" {\n  capabilities = [\"read\"]\n}"),
        DeniedCase(
            name: "another path is named", policy: #"path "secret/data/other" { capabilities = ["read"] }"#,
            cause: "no_matching_rule", suggestion: "secret/data/app"),
        DeniedCase(
            name: "data/ is missing in the policy", policy: #"path "secret/app" { capabilities = ["read"] }"#,
            cause: "no_matching_rule", suggestion: "secret/data/app"),
        DeniedCase(
            name: "denied exactly", policy: #"path "secret/data/app" { capabilities = ["deny"] }"#,
            cause: "explicit_deny"),
        DeniedCase(
            name: "denied by a wildcard", policy: #"path "secret/*" { capabilities = ["deny"] }"#,
            cause: "explicit_deny", suggestion: "path \"secret/data/app\""),
        DeniedCase(
            name: "may only list", policy: #"path "secret/*" { capabilities = ["list"] }"#,
            cause: "missing_capability", suggestion: "[\"list\", \"read\"]"),
        DeniedCase(
            name: "may not create", policy: #"path "secret/data/+" { capabilities = ["read", "update"] }"#,
            method: "POST", body: ["data": ["a": 1]], cause: "missing_capability",
            suggestion: "[\"create\", \"read\", \"update\"]"),
        DeniedCase(
            name: "may not update", policy: #"path "secret/data/*" { capabilities = ["create"] }"#,
            method: "POST", path: "secret/data/there", body: ["data": ["a": 1]], cause: "missing_capability",
            suggestion: "[\"create\", \"update\"]"),
        DeniedCase(
            name: "may not patch", policy: #"path "secret/data/*" { capabilities = ["update"] }"#,
            method: "PATCH", path: "secret/data/there", body: ["data": ["a": 1]],
            headers: ["Content-Type": "application/merge-patch+json"], cause: "missing_capability",
            suggestion: "[\"patch\", \"update\"]"),
        DeniedCase(
            name: "may not delete", policy: #"path "secret/data/app" { capabilities = ["read"] }"#, method: "DELETE",
            cause: "missing_capability", suggestion: "[\"delete\", \"read\"]"),
        DeniedCase(
            name: "may not list", policy: #"path "secret/metadata" { capabilities = ["read"] }"#, method: "LIST",
            path: "secret/metadata", cause: "missing_capability", suggestion: "path \"secret/metadata/\""),
        DeniedCase(
            name: "a folder that is denied in a list", method: "LIST", path: "secret/metadata/private",
            cause: "explicit_deny", suggestion: "secret/metadata/private/"
        ).with(
            policy: """
                path "secret/metadata/*" { capabilities = ["list"] }
                path "secret/metadata/private/*" { capabilities = ["deny"] }
                """),
        DeniedCase(
            name: "sudo is missing", policy: #"path "sys/raw/*" { capabilities = ["read"] }"#, path: "sys/raw/core",
            cause: "missing_sudo", suggestion: "\"sudo\""),
        DeniedCase(
            name: "sudo is missing where nothing matches", path: "sys/raw/core", cause: "no_matching_rule",
            suggestion: "[\"read\", \"sudo\"]"),
        DeniedCase(
            name: "a required parameter is missing", method: "POST", body: ["data": ["a": 1]],
            cause: "parameter_missing"
        ).with(policy: #"path "secret/data/app" { capabilities = ["create"] required_parameters = ["options"] }"#),
        DeniedCase(
            name: "a parameter is denied", method: "POST", path: "cubbyhole/x", body: ["secret": "v"],
            cause: "parameter_denied"
        ).with(
            policy: #"path "cubbyhole/x" { capabilities = ["create"] denied_parameters = { "secret" = [] } }"#),
        DeniedCase(
            name: "every parameter is denied", method: "POST", path: "cubbyhole/x", body: ["any": "v"],
            cause: "parameter_denied"
        ).with(policy: #"path "cubbyhole/x" { capabilities = ["create"] denied_parameters = { "*" = [] } }"#),
        DeniedCase(
            name: "a parameter is not allowed", method: "POST", path: "cubbyhole/x", body: ["other": "v"],
            cause: "parameter_not_allowed", suggestion: "allowed_parameters = { \"other\" = [] }"
        ).with(
            policy: #"path "cubbyhole/x" { capabilities = ["create"] allowed_parameters = { "one" = [] } }"#),
        DeniedCase(
            name: "a value is not allowed", method: "POST", path: "cubbyhole/x", body: ["one": "2"],
            cause: "parameter_not_allowed", suggestion: "\"one\" = []"
        ).with(
            policy: #"path "cubbyhole/x" { capabilities = ["create"] allowed_parameters = { "one" = ["1"] } }"#),
        DeniedCase(name: "wrapping is required", cause: "wrapping_required").with(
            policy: #"path "secret/data/app" { capabilities = ["read"] min_wrapping_ttl = "1m" }"#),
        DeniedCase(
            name: "wrapping is too short", headers: ["X-Vault-Wrap-TTL": "5s"], cause: "wrapping_ttl_too_short"
        ).with(policy: #"path "secret/data/app" { capabilities = ["read"] min_wrapping_ttl = "1m" }"#),
        DeniedCase(
            name: "wrapping is too long", headers: ["X-Vault-Wrap-TTL": "2h"], cause: "wrapping_ttl_too_long"
        ).with(policy: #"path "secret/data/app" { capabilities = ["read"] max_wrapping_ttl = "1h" }"#),
        DeniedCase(
            name: "a denying template has no value", cause: "template_failed"
        ).with(
            policy: """
                path "secret/*" { capabilities = ["read"] }
                path "secret/data/{{identity.entity.name}}" { capabilities = ["deny"] }
                """),
    ]

    private func server() async throws -> ServerHarness {
        let server = try await ServerHarness.unsealed { $0.hasRawStorageEndpoint = true }
        try await server.ok("POST", "secret/data/there", ["data": ["a": 1]])
        return server
    }

    private func denial(_ server: ServerHarness, of answer: ServerAnswer) async throws -> JSON {
        let id = try #require(answer.fields.list.first { $0.name == "X-Coffer-Deny-Id" }?.value)
        return try #require(await server.send("GET", "sys/policies/denials/\(id)").data)
    }

    @Test("a denial is explained by its cause and by what would allow it", arguments: cases)
    private func causes(_ denied: DeniedCase) async throws {
        let server = try await server()
        if !denied.policy.isEmpty { try await server.policy("app", denied.policy) }
        let policies: JSON = denied.policy.isEmpty ? ["none"] : ["app"]
        var body = denied.token
        body["policies"] = policies
        body["no_default_policy"] = true
        let token = try await server.ok("POST", "auth/token/create", .object(body))["auth"]?["client_token"]?
            .stringValue
        let answer = await server.send(
            denied.method, denied.path, bytes: denied.body?.serialized() ?? [], token: token,
            headers: denied.headers.map { ($0.key, $0.value) })
        #expect(answer.status == 403)
        #expect(answer.text == "{\"errors\":[\"1 error occurred:\\n\\t* permission denied\\n\\n\"]}\n")
        let told = try await denial(server, of: answer)
        #expect(told["allowed"] == false)
        #expect(told["cause"]?.stringValue == denied.cause)
        let suggestion = try #require(told["suggestion"]?.stringValue)
        #expect(suggestion.isEmpty == denied.suggestion.isEmpty)
        #expect(denied.suggestion.isEmpty || suggestion.contains(denied.suggestion))
        guard !suggestion.isEmpty else { return }
        // What is suggested is enough, also beside the policy that denied.
        try await server.policy("more", suggestion)
        body["policies"] = denied.policy.isEmpty ? ["more"] : ["app", "more"]
        let better = try await server.ok("POST", "auth/token/create", .object(body))["auth"]?["client_token"]?
            .stringValue
        let again = await server.send(
            denied.method, denied.path, bytes: denied.body?.serialized() ?? [], token: better,
            headers: denied.headers.map { ($0.key, $0.value) })
        #expect(again.status != 403)
    }

    @Test("tokens that are no good are told apart to the operator, and never to their bearer")
    func tokens() async throws {
        let server = try await server()
        func cause(_ token: String?) async throws -> String? {
            let answer = await server.send("GET", "secret/data/app", token: token)
            #expect(answer.status == 403)
            return try await denial(server, of: answer)["cause"]?.stringValue
        }
        #expect(try await cause(nil) == "missing_token")
        #expect(try await cause("hvs.unknown") == "unknown_token")
        try await server.ok("POST", "auth/token/roles/bound", ["token_bound_cidrs": "10.0.0.0/8"])
        let bound = try await server.ok("POST", "auth/token/create/bound", ["policies": ["default"]])
        #expect(try await cause(bound["auth"]?["client_token"]?.stringValue) == "address_not_bound")
        let short = try await server.token(["default"], ["ttl": "10s"])
        server.clock.advance(by: .seconds(10))
        #expect(["expired_token", "unknown_token"].contains(try await cause(short)))
        let once = try await server.token(["default"], ["num_uses": 1])
        try await server.ok("GET", "auth/token/lookup-self", token: once)
        #expect(["used_up_token", "unknown_token"].contains(try await cause(once)))
    }

    @Test("a question is answered without making the request")
    func questions() async throws {
        let server = try await server()
        try await server.policy("app", #"path "secret/data/*" { capabilities = ["create"] }"#)
        let token = try await server.token(["app"])
        func ask(_ body: JSONObject, as caller: String = "root") async -> JSON? {
            await server.send("POST", "sys/policies/explain", .object(body), token: caller).data
        }
        let write = await ask(["token": .string(token), "method": "PUT", "path": "secret/data/new"])
        #expect(write?["allowed"] == true)
        #expect(write?["operation"] == "create")
        #expect(write?["rules"]?.arrayValue?.first?["policies"] == ["app"])
        let update = await ask(["token": .string(token), "method": "PUT", "path": "/secret/data/there"])
        #expect(update?["cause"] == "missing_capability")
        #expect(await server.send("GET", "secret/data/new").status == 404)
        let wrong = await ask(["token": .string(token), "method": "read", "path": "secret/app"])
        #expect(wrong?["notes"]?.arrayValue?.first?.stringValue?.contains("secret/data/app") == true)
        let nowhere = await ask(["token": .string(token), "method": "read", "path": "nosuch/x"])
        #expect(nowhere?["notes"] == ["Nothing is mounted at the path."])
        #expect(await ask(["method": "read", "path": "secret/data/x"])?["cause"] == "root")
        #expect(await ask(["token": "hvs.none", "method": "read", "path": "a"])?["cause"] == "unknown_token")
    }

    @Test("asking about another token takes sudo")
    func gate() async throws {
        let server = try await server()
        try await server.policy("asker", #"path "sys/policies/explain" { capabilities = ["update"] }"#)
        let asker = try await server.token(["asker"])
        let own = await server.send(
            "POST", "sys/policies/explain", ["method": "read", "path": "secret/data/x"], token: asker)
        #expect(own.data?["cause"] == "no_matching_rule")
        let other = await server.send(
            "POST", "sys/policies/explain", ["token": "root", "method": "read", "path": "secret/data/x"], token: asker)
        #expect(other.status == 403)
        let nobody = try await server.token(["default"])
        #expect(await server.send("GET", "sys/policies/denials/x", token: nobody).status == 403)
        #expect(await server.send("GET", "sys/policies/denials/x").status == 404)
    }

    @Test("an explanation holds names and no values")
    func noValues() async throws {
        let server = try await server()
        try await server.policy(
            "app", #"path "cubbyhole/x" { capabilities = ["create"] allowed_parameters = { "one" = ["1"] } }"#)
        let token = try await server.token(["app"], ["no_default_policy": true])
        let answer = await server.send("POST", "cubbyhole/x", ["one": "canary-value"], token: token)
        let told = try await denial(server, of: answer).text
        #expect(told.contains("\"one\""))
        #expect(!told.contains("canary-value"))
        #expect(!told.contains(token))
    }

    @Test("a policy that names a secret of version 2 without data/ is stored with a warning")
    func warnings() async throws {
        let server = try await server()
        let text = """
            path "secret/app" { capabilities = ["read"] }
            path "secret/data/app" { capabilities = ["read"] }
            path "secret/*" { capabilities = ["read"] }
            path "secret/+/app" { capabilities = ["read"] }
            path "secret/da*" { capabilities = ["read"] }
            path "cubbyhole/app" { capabilities = ["read"] }
            """
        let answer = try await server.ok("PUT", "sys/policies/acl/app", ["policy": .string(text)])
        let warnings = answer["warnings"]?.arrayValue?.compactMap(\.stringValue) ?? []
        #expect(warnings.count == 1)
        #expect(warnings.first?.contains("\"secret/data/app\"") == true)
        let clean = await server.send("PUT", "sys/policies/acl/app", ["policy": #"path "secret/data/app" {}"#])
        #expect(clean.status == 204)
    }
}

extension DeniedCase {
    fileprivate func with(policy: String) -> DeniedCase {
        var copy = self
        copy.policy = policy
        return copy
    }
}
