import CofferFramework
import CofferHTTP
import CofferJSON
import ServerHarness
import TestSupport
import Testing

/// Answers with two headers of its own.
private struct HeaderEngine: Engine {
    static let kind = EngineKind(type: "headers", class: .secret, version: "v1") { _ in HeaderEngine() }

    let paths = PathTable([
        Path(
            "one", "Answers with headers.",
            [
                Verb(.read, "read", "Answers with headers.") { _ in
                    var reply = Reply.data(["a": 1])
                    reply.headers = [.init("Location", "/x"), .init("X-Other", "y")]
                    return reply
                }
            ])
    ])
}

@Suite struct TuningTests {
    @Test("what is tuned is read again, and shown with the mount")
    func roundTrip() async throws {
        let server = try await ServerHarness.unsealed()
        let settings: JSON = [
            "default_lease_ttl": "1h", "max_lease_ttl": "2h", "description": "Ours", "force_no_cache": true,
            "audit_non_hmac_request_keys": ["a"], "audit_non_hmac_response_keys": "b,c",
            "listing_visibility": "unauth", "passthrough_request_headers": ["X-One"],
            "allowed_response_headers": ["X-Two"], "allowed_managed_keys": ["k"], "identity_token_key": "team",
            "trim_request_trailing_slashes": true, "plugin_version": "",
        ]
        try await server.ok("POST", "sys/mounts/secret/tune", settings)
        let read = try await server.ok("GET", "sys/mounts/secret/tune").data
        #expect(read?["default_lease_ttl"] == 3600)
        #expect(read?["max_lease_ttl"] == 7200)
        #expect(read?["description"] == "Ours")
        #expect(read?["audit_non_hmac_response_keys"] == ["b", "c"])
        #expect(read?["listing_visibility"] == "unauth")
        #expect(read?["trim_request_trailing_slashes"] == true)
        #expect(read?["identity_token_key"] == "team")
        let shown = try await server.ok("GET", "sys/mounts").data?["secret/"]?["config"]
        #expect(shown?["passthrough_request_headers"] == ["X-One"])
        #expect(shown?["allowed_response_headers"] == ["X-Two"])
        #expect(shown?["allowed_managed_keys"] == ["k"])
        #expect(shown?["identity_token_key"] == "team")
    }

    @Test("a lockout is tuned for auth methods whose users have names, and for no other mount")
    func lockout() async throws {
        let named = EngineKind(type: "userpass", class: .auth, version: "v1") { LoginEngine.kind.make($0) }
        let server = try await ServerHarness.unsealed(engines: [named])
        let lockout: JSON = ["user_lockout_config": ["lockout_threshold": "3", "lockout_duration": "5m"]]
        let secret = await server.send("POST", "sys/mounts/secret/tune", lockout)
        #expect(secret.errors == ["'user_lockout_config' can only be modified on auth mounts"])
        let token = await server.send("POST", "sys/auth/token/tune", lockout)
        #expect(token.errors == ["tuning of user lockout configuration for auth type \"token\" not allowed"])
        try await server.ok("POST", "sys/auth/people", ["type": "userpass"])
        try await server.ok("POST", "sys/auth/people/tune", lockout)
        try await server.ok("POST", "sys/auth/people/tune", ["user_lockout_config": ["lockout_disable": true]])
        let read = try await server.ok("GET", "sys/auth/people/tune").data
        #expect(read?["user_lockout_threshold"] == 3)
        #expect(read?["user_lockout_duration"] == 300)
        #expect(read?["user_lockout_disable"] == true)
        let zero = await server.send(
            "POST", "sys/auth/people/tune", ["user_lockout_config": ["lockout_threshold": 0]])
        #expect(zero.status == 400)
    }

    @Test("an engine sets only the response headers that its mount allows")
    func responseHeaders() async throws {
        let server = try await ServerHarness.unsealed(engines: [HeaderEngine.kind])
        try await server.ok("POST", "sys/mounts/h", ["type": "headers"])
        #expect(try await server.ok("GET", "h/one").fields["location"] == nil)
        try await server.ok("POST", "sys/mounts/h/tune", ["allowed_response_headers": ["location"]])
        let answer = try await server.ok("GET", "h/one")
        #expect(answer.fields["location"] == "/x")
        #expect(answer.fields["x-other"] == nil)
    }

    @Test("trimmed slashes are trimmed before the policy decides")
    func trimmed() async throws {
        let server = try await ServerHarness.unsealed()
        try await server.ok("POST", "sys/mounts/one", ["type": "kv", "options": ["version": "1"]])
        try await server.ok("POST", "one/x", ["a": "b"])
        #expect(await server.send("POST", "one/x/", ["a": "c"]).status == 400)
        try await server.ok("POST", "sys/mounts/one/tune", ["trim_request_trailing_slashes": true])
        try await server.policy("exact", #"path "one/x" { capabilities = ["read", "update"] }"#)
        let token = try await server.token(["exact"])
        #expect(await server.send("POST", "one/x/", ["a": "c"], token: token).status == 204)
        #expect(await server.send("GET", "one/x//", token: token).status == 400)
        #expect(try await server.ok("GET", "one/x/", token: token).data?["a"] == "c")
        #expect(try await server.ok("LIST", "one/").keys == ["x"])
    }

    @Test("a built-in has one version, and no other can be asked for")
    func version() async throws {
        let server = try await ServerHarness.unsealed()
        let wrong = await server.send("POST", "sys/mounts/v", ["type": "kv", "plugin_version": "v9.9.9"])
        #expect(wrong.status == 400)
        let catalogue = try await server.ok("GET", "sys/plugins/catalog/secret/kv").data
        let version = catalogue?["version"]?.stringValue ?? ""
        try await server.ok("POST", "sys/mounts/v", ["type": "kv", "plugin_version": .string(version)])
        #expect(try await server.ok("GET", "sys/mounts/v").data?["plugin_version"]?.stringValue == version)
        #expect(await server.send("POST", "sys/mounts/v/tune", ["plugin_version": "v0"]).status == 400)
    }
}
