internal import CofferCore
internal import CofferFramework
internal import CofferJOSE
internal import CofferJSON
internal import IdentityService

/// `userinfo`: what the scopes of an access token tell about whoever logged in.
///
/// Access tokens are signed, and no tokens of this server: a relying party gets nothing that could be used here
/// for anything else.
struct UserInfo: Sendable {
    let oidc: OIDC

    var paths: [Path] {
        let handler: @Sendable (Call) async throws -> Reply = { call in
            do {
                return .bare(.object(try await claims(call)))
            } catch is JOSEError {
                return Self.refused
            } catch is OAuthRefusal {
                return Self.refused
            }
        }
        return [
            Path(
                "oidc/provider/:name/userinfo", "What an access token tells about a user.",
                captures: ["name": "Name of the provider."],
                traits: .traits {
                    $0.unauthenticated = [.read, .update]
                    $0.isNeverWrapped = true
                },
                [
                    Verb(.read, "oidc-provider-user-info", "What an access token tells about a user.", handler),
                    Verb(.update, "oidc-provider-user-info2", "What an access token tells about a user.", handler),
                ])
        ]
    }

    private static var refused: Reply {
        var reply = Reply.bare(
            ["error": "invalid_token", "error_description": "access token is invalid or expired"], status: 401)
        reply.headers = [.init("WWW-Authenticate", "Bearer error=\"invalid_token\"")]
        return reply
    }

    private func claims(_ call: Call) async throws -> JSONObject {
        let name = call.capture("name")
        guard let text = call.clientToken, let provider = try await oidc.providers.load(name, from: call.storage)
        else { throw OAuthRefusal.client }
        let claims = try await verified(text, name, provider, call)
        guard let client = try await oidc.client(id: claims["client_id"]?.stringValue ?? "", in: call.storage),
            provider.allows(client.clientID),
            let identity = try await oidc.core.identities(call).caller(entityID: claims["sub"]?.stringValue ?? ""),
            !identity.isDisabled, try await oidc.isAssigned(identity, to: client, in: call.storage)
        else { throw OAuthRefusal.client }
        let scopes = (claims["scope"]?.stringValue ?? "").split(separator: " ").map(String.init)
        guard scopes.contains(Scope.openID) else { throw OAuthRefusal.client }
        let tokens = ProviderTokens(oidc: oidc, name: name, provider: provider, client: client)
        var answer = try await tokens.scopeClaims(scopes, identity, call)
        answer["sub"] = .string(identity.view.entityID)
        return answer
    }

    private func verified(
        _ text: String, _ name: String, _ provider: Provider, _ call: Call
    ) async throws -> JSONObject {
        let token = try CompactToken(text)
        guard token.header["typ"]?.stringValue == ProviderTokens.accessTokenType else { throw JOSEError.malformed }
        let keys = try JSONWebKeySet(.object(try await oidc.publicKeys(of: name, provider, in: call.storage)))
        let claims = try token.verified(by: keys, allowing: Set(NamedKey.offered))
        var check = ClaimCheck()
        check.issuer = provider.address(name, oidc)
        check.leeway = .zero
        try check.check(claims, at: call.now)
        return claims
    }
}
