internal import CofferBase
internal import CofferCore
internal import CofferCrypto
internal import CofferFramework
internal import CofferJOSE
internal import CofferJSON
internal import CofferStorage
internal import IdentityService

/// Makes the tokens of a provider for one client.
struct ProviderTokens: Sendable {
    let oidc: OIDC
    let name: String
    let provider: Provider
    let client: Client

    /// Told in the header of access tokens (RFC 9068), so that none of them passes for an id token or the other way.
    static let accessTokenType = "at+jwt"

    /// The answer to a code: who logged in, and leave to ask for more.
    func answer(to grant: CodeGrant, _ identity: CallerIdentity, _ call: Call) async throws -> JSONObject {
        let key = try await key(call)
        let access = try accessToken(identity.view.entityID, grant.scopes, key, call)
        var claims = try await scopeClaims(grant.scopes, identity, call)
        for member in base(identity.view.entityID, client.idTokenTTL, call).members {
            claims[member.key] = member.value
        }
        claims["at_hash"] = .string(Self.half(access, key.current.algorithm))
        if !grant.nonce.isEmpty { claims["nonce"] = .string(grant.nonce) }
        if grant.tellsAuthTime { claims["auth_time"] = .int(grant.authenticated.seconds) }
        let idToken = try CompactToken.sign(claims, with: try key.current.signingKey(), keyID: key.current.id)
        return [
            "access_token": .string(access), "expires_in": client.accessTokenTTL.wire, "id_token": .string(idToken),
            "token_type": "Bearer",
        ]
    }

    /// The answer to a client that asks for itself: there is nobody to tell about.
    func answerToClient(_ call: Call) async throws -> JSONObject {
        let key = try await key(call)
        return [
            "access_token": .string(try accessToken(client.clientID, [], key, call)),
            "expires_in": client.accessTokenTTL.wire, "token_type": "Bearer",
        ]
    }

    private func key(_ call: Call) async throws -> NamedKey {
        guard let key = try await oidc.keys.ready(client.key, in: call.storage) else {
            throw EngineError.internal("the key of an OIDC client is missing")
        }
        guard key.allows(client.clientID) else {
            throw OAuthRefusal(code: "unauthorized_client", text: "client is not authorized to use the key")
        }
        return key
    }

    private func base(_ subject: String, _ ttl: Duration, _ call: Call) -> JSONObject {
        [
            "iss": .string(provider.address(name, oidc)), "sub": .string(subject), "aud": .string(client.clientID),
            "iat": .int(call.now.seconds), "exp": .int((call.now + ttl).seconds),
            "namespace": .string(call.namespace.id),
        ]
    }

    private func accessToken(
        _ subject: String, _ scopes: [String], _ key: NamedKey, _ call: Call
    ) throws -> String {
        var claims = base(subject, client.accessTokenTTL, call)
        claims["client_id"] = .string(client.clientID)
        claims["scope"] = .string(scopes.joined(separator: " "))
        claims["jti"] = .string(try call.random.uuid())
        return try CompactToken.sign(
            claims, with: try key.current.signingKey(), keyID: key.current.id, type: Self.accessTokenType)
    }

    /// What the scopes tell; never a claim that is the server's.
    func scopeClaims(_ scopes: [String], _ identity: CallerIdentity, _ call: Call) async throws -> JSONObject {
        var claims = JSONObject()
        for name in scopes where name != Scope.openID && provider.scopesSupported.contains(name) {
            guard let scope = try await oidc.scopes.load(name, from: call.storage) else { continue }
            let more = try ClaimTemplate(scope.template).claims(of: identity.view, at: call.now)
            for member in more.members where !ClaimTemplate.reservedClaims.contains(member.key) {
                claims[member.key] = member.value
            }
        }
        return claims
    }

    /// The left half of the hash (OpenID Connect Core §3.1.3.6).
    private static func half(_ text: String, _ algorithm: String) -> String {
        let digest: Digest =
            switch SignatureAlgorithm(rawValue: algorithm)?.digest {
            case .bits384: .sha384
            case .bits512: .sha512
            default: .sha256
            }
        let hash = digest.hash(Array(text.utf8))
        return Base64.urlUnpadded.encode(hash.prefix(hash.count / 2))
    }
}
