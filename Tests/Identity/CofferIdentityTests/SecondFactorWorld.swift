import CofferBase
import CofferCrypto
import CofferJSON
import CofferStorage
import ServerHarness
import TestSupport
import Testing

/// A server whose mount `one` asks for a TOTP code, and an entity with a secret for it.
struct SecondFactorWorld: Sendable {
    let identity: IdentityServer
    let method: String
    let entity: String
    let secret: String

    static func start(_ more: JSONObject = [:]) async throws -> SecondFactorWorld {
        let identity = try await IdentityServer.start()
        let entity = try #require(await identity.login("bob").entityID)
        var fields = more
        fields["issuer"] = "Coffer"
        let made = await identity.post("mfa/method/totp", .object(fields))
        let method = try #require(made.data?["method_id"]?.stringValue)
        let drawn = await identity.post(
            "mfa/method/totp/admin-generate", ["method_id": .string(method), "entity_id": .string(entity)])
        let url = drawn.data?["url"]?.stringValue ?? ""
        let enforcement: JSON = [
            "mfa_method_ids": .strings([method]), "auth_method_accessors": .strings([identity.one]),
        ]
        #expect(await identity.post("mfa/login-enforcement/one", enforcement).status == 204)
        return SecondFactorWorld(
            identity: identity, method: method, entity: entity,
            secret: url.split(separator: "secret=").last.map(String.init) ?? "")
    }

    /// The code of now, or of so many periods later.
    func code(_ offset: Int64 = 0) -> String {
        let key = Base32.decode(secret) ?? []
        let step = identity.server.clock.now.seconds / 30 + offset
        return OneTimeCode(key: key, algorithm: .sha1, digits: 6).code(counter: step)
    }

    func login(_ code: String? = nil, as name: String = "bob") async -> ServerAnswer {
        let headers = code.map { [("X-Vault-MFA", "\(method):\($0)")] } ?? []
        return await identity.server.send(
            "POST", "auth/one/login", ["alias": .string(name)], token: nil, headers: headers)
    }

    func validate(_ request: String, _ code: String) async -> ServerAnswer {
        var payload = JSONObject()
        payload[method] = [.string(code)]
        return await identity.server.send(
            "POST", "sys/mfa/validate", ["mfa_request_id": .string(request), "mfa_payload": .object(payload)],
            token: nil)
    }

    /// The id of a login that waits.
    func request() async -> String {
        await login().auth?["mfa_requirement"]?["mfa_request_id"]?.stringValue ?? ""
    }

    func secretKey(_ entity: String) -> StorageKey { StorageKey("identity/root/mfa/secret/\(entity)/\(method)") }
}
