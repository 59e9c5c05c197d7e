import CofferBarrier
import CofferBase
import CofferCore
import CofferHTTP
import CofferJSON
import CofferStorage
import HTTPClient
import ServerHarness
import Synchronization
import TestSupport
import Testing

/// Logins whose second factor is confirmed by a service; what the services are asked is in the tests of their clients.
@Suite struct FactorServiceTests {
    /// Duo in place of the network: says to every user what the test says.
    private final class Service: Sendable {
        struct State {
            var says = "allow"
            var isDown = false
            var isSilent = false
            var users: [String] = []
        }

        let state = Mutex(State())

        func answer(_ request: HTTPCall) throws(HTTPFailure) -> HTTPAnswer {
            let (says, isDown, isSilent) = state.withLock { ($0.says, $0.isDown, $0.isSilent) }
            if isDown { throw .unreachable }
            if isSilent { throw .timedOut }
            var response: JSONObject = ["result": .string(says)]
            if request.target == "/auth/v2/preauth" { response["result"] = "auth" }
            if request.target == "/auth/v2/auth" {
                response = ["txid": "t"]
                let form = String(decoding: request.body, as: UTF8.self)
                let user = form.split(separator: "&").first { $0.hasPrefix("username=") }?.dropFirst(9)
                state.withLock { $0.users.append(String(user ?? "")) }
            }
            return HTTPAnswer(
                status: 200, body: JSON.object(["stat": "OK", "response": .object(response)]).serialized())
        }

        func says(_ text: String) { state.withLock { $0.says = text } }
        var users: [String] { state.withLock { $0.users } }
    }

    private struct World {
        let identity: IdentityServer
        let service: Service
        let method: String
        let entity: String

        func login(_ header: String? = nil) async -> ServerAnswer {
            await identity.server.send(
                "POST", "auth/one/login", ["alias": "bob"], token: nil,
                headers: header.map { [("X-Vault-MFA", $0)] } ?? [])
        }

        func cause(_ answer: ServerAnswer) async -> String? {
            let id = answer.fields.list.first { $0.name == "X-Coffer-Deny-Id" }?.value ?? ""
            return await identity.server.send("GET", "sys/policies/denials/\(id)").data?["cause"]?.stringValue
        }
    }

    private func start(_ more: JSONObject = [:]) async throws -> World {
        let service = Service()
        let identity = try await IdentityServer.start {
            $0.web = { (request, _) async throws(HTTPFailure) in try service.answer(request) }
        }
        let entity = try #require(await identity.login("bob").entityID)
        var fields: JSONObject = [
            "method_name": "duo", "secret_key": "sk", "integration_key": "ik", "api_hostname": "api.duo.example",
        ]
        for member in more.members { fields[member.key] = member.value }
        let made = await identity.post("mfa/method/duo", .object(fields))
        let method = try #require(made.data?["method_id"]?.stringValue)
        let enforcement: JSON = [
            "mfa_method_ids": .strings([method]), "auth_method_accessors": .strings([identity.one]),
        ]
        #expect(await identity.post("mfa/login-enforcement/one", enforcement).status == 204)
        return World(identity: identity, service: service, method: method, entity: entity)
    }

    @Test("the service is asked in one phase and in two, and its yes makes the token")
    func phases() async throws {
        let world = try await start()
        #expect(await world.login("duo").clientToken?.isEmpty == false)
        #expect(await world.login("DUO:123456").clientToken?.isEmpty == false)
        let held = await world.login()
        #expect(held.clientToken == "")
        let requirement = held.auth?["mfa_requirement"]
        #expect(requirement?["mfa_constraints"]?["one"]?["any"]?.arrayValue?.first?["uses_passcode"] == false)
        var payload = JSONObject()
        payload[world.method] = []
        let done = await world.identity.server.send(
            "POST", "sys/mfa/validate",
            ["mfa_request_id": requirement?["mfa_request_id"] ?? .null, "mfa_payload": .object(payload)], token: nil)
        #expect(done.entityID == world.entity)
        #expect(world.service.users == ["bob", "bob", "bob"])
    }

    @Test("a no and a service that is down are refused with one text, and told apart to operators")
    func refusals() async throws {
        let world = try await start()
        world.service.says("deny")
        let denied = await world.login("duo")
        #expect(denied.status == 403)
        #expect(denied.errors == ["login MFA validation failed"])
        #expect(await world.cause(denied) == "second_factor_refused")
        world.service.state.withLock { $0.isDown = true }
        let down = await world.login("duo")
        #expect(down.text == denied.text)
        #expect(await world.cause(down) == "second_factor_unreachable")
        let other = await world.login("phone:1")
        #expect(other.text == denied.text)
        #expect(await world.cause(other) == "second_factor_missing")
    }

    @Test("after five refusals in a row nobody is asked for a while, also after a restart and by many at once")
    func attempts() async throws {
        let world = try await start()
        world.service.says("deny")
        for _ in 0..<4 { #expect(await world.login("duo").status == 403) }
        try await world.identity.server.reopen()
        _ = await withTaskGroup(of: Void.self) { tasks in
            for _ in 0..<10 { tasks.addTask { _ = await world.login("duo") } }
        }
        #expect(world.service.users.count == 5)
        world.service.says("allow")
        let closed = await world.login("duo")
        #expect(closed.errors == ["login MFA validation failed"])
        #expect(await world.cause(closed) == "second_factor_closed")
        #expect(world.service.users.count == 5)
        world.identity.server.clock.advance(by: .seconds(300))
        #expect(await world.login("duo").status == 200)
        // A yes starts the count anew, and a service that is down counts for nobody.
        world.service.state.withLock { $0.isDown = true }
        for _ in 0..<10 { #expect(await world.login("duo").status == 403) }
        world.service.state.withLock { $0.isDown = false }
        #expect(await world.login("duo").status == 200)
        // One that was asked and stays silent counts: nobody knows whether the user's phone rang.
        world.service.state.withLock { $0.isSilent = true }
        for _ in 0..<5 { #expect(await world.login("duo").status == 403) }
        world.service.state.withLock { $0.isSilent = false }
        #expect(await world.cause(await world.login("duo")) == "second_factor_closed")
        _ = await world.identity.delete("entity/id/" + world.entity)
        let left = try await world.identity.server.core.barrier.scan(
            "identity/root/mfa/attempts/", after: nil, limit: 10)
        #expect(left.isEmpty)
    }

    @Test("the name at the service follows the format, and a name that cannot be made is refused")
    func names() async throws {
        let world = try await start(["username_format": "{{identity.entity.metadata.mail}}@x.example"])
        let missing = await world.login("duo")
        #expect(missing.status == 403)
        #expect(await world.cause(missing) == "second_factor_unnamed")
        _ = await world.identity.post("entity/id/" + world.entity, ["metadata": ["mail": "b+c"]])
        #expect(await world.login("duo").status == 200)
        #expect(world.service.users == ["b%2Bc%40x.example"])
        let formats = ["{{alias.name}}-a": "bob-a", "{{ entity.metadata.mail }}": "b%2Bc"]
        for (format, name) in formats {
            let path = "mfa/method/duo/" + world.method
            #expect(await world.identity.post(path, ["username_format": .string(format)]).status == 204)
            #expect(await world.login("duo").status == 200)
            #expect(world.service.users.last == name)
        }
    }

    @Test("a passcode that the method wants is not replaced by a push")
    func wanted() async throws {
        let world = try await start(["use_passcode": true])
        let missing = await world.login("duo")
        #expect(await world.cause(missing) == "second_factor_missing")
        #expect(world.service.users.isEmpty)
        #expect(await world.login("duo:123456").status == 200)
    }

    @Test("a method that lacks what its service needs is refused, and secrets are told nowhere")
    func methods() async throws {
        let world = try await start()
        let bad: [(String, JSON)] = [
            ("duo", [:]), ("duo", ["secret_key": "a", "integration_key": "b", "api_hostname": "a/b"]),
            ("duo", ["secret_key": "a", "integration_key": "b\r\nX: y", "api_hostname": "a"]),
            (
                "duo",
                ["secret_key": "a", "integration_key": "b", "api_hostname": "a", "username_format": "{{nobody}}"]
            ),
            ("okta", ["org_name": "a"]), ("okta", ["org_name": "a@b", "api_token": "t"]), ("pingid", [:]),
            ("pingid", ["settings_file_base64": "%%"]),
        ]
        for (kind, fields) in bad { #expect(await world.identity.post("mfa/method/" + kind, fields).status == 400) }
        let file = """
            use_base64_key=Y2FuYXJ5\ntoken=canary\nidp_url=https://a/pingid\norg_alias=o\nadmin_url=https://a/pingid
            """
        let good: [(String, JSON, String)] = [
            ("okta", ["org_name": "dev", "api_token": "canary"], "org_name"),
            ("pingid", ["settings_file_base64": .string(Base64.standard.encode(Array(file.utf8)))], "idp_url"),
            ("duo", ["secret_key": "canary", "integration_key": "canary", "api_hostname": "a"], "pushinfo"),
        ]
        for (kind, fields, shown) in good {
            let made = await world.identity.post("mfa/method/" + kind, fields)
            let id = try #require(made.data?["method_id"]?.stringValue)
            let read = await world.identity.get("mfa/method/\(kind)/\(id)")
            #expect(read.data?[shown] != nil)
            #expect(read.data?["type"]?.stringValue == kind)
            #expect(!read.text.contains("canary") && !read.text.contains("Y2FuYXJ5"))
        }
    }
}
