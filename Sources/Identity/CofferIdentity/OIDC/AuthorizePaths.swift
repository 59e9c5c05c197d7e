internal import CofferBase
internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import CofferStorage
internal import IdentityService
internal import TokenService

/// `authorize`: a caller who is logged in lets a client know who that is.
///
/// The answer is JSON for a page that then leads back to the client; nothing here ever redirects, so that a wrong
/// place cannot be led to (GHSA-2cjw-94fw-wqjx).
struct AuthorizePaths: Sendable {
    let oidc: OIDC

    struct Input: Sendable {
        var clientID = ""
        var scope = ""
        var redirectURI = ""
        var responseType = ""
        var state = ""
        var nonce = ""
        var maximumAge: Int64?
        var challenge = ""
        var challengeMethod = "plain"

        static let schema = Schema<Input>(
            { Input() },
            [
                Field("client_id", \.clientID, "Id of the client."),
                Field("scope", \.scope, "Scopes, with spaces between them; openid must be among them."),
                Field("redirect_uri", \.redirectURI, "Where the login leads back to."),
                Field("response_type", \.responseType, "code."),
                Field("state", \.state, "Given back as it is."),
                Field("nonce", \.nonce, "Told in the id token."),
                Field("max_age", \.maximumAge, "How many seconds ago the caller may have logged in."),
                Field("code_challenge", \.challenge, "Challenge of PKCE."),
                Field("code_challenge_method", \.challengeMethod, "plain or S256."),
            ])
    }

    /// Why a client is refused, in the words of OAuth.
    private struct Refusal: Error {
        let code: String
        let text: String
    }

    var paths: [Path] {
        let handler: @Sendable (Call, Input) async throws -> Reply = { call, input in
            do {
                return try await authorize(call, input)
            } catch let refusal as Refusal {
                var body: JSONObject = [
                    "error": .string(refusal.code), "error_description": .string(refusal.text),
                ]
                if !input.state.isEmpty { body["state"] = .string(input.state) }
                return .bare(.object(body), status: 400)
            }
        }
        return [
            Path(
                "oidc/provider/:name/authorize", "Log the caller in to a client.",
                captures: ["name": "Name of the provider."], traits: .traits { $0.mintsCredential = true },
                [
                    Verb(
                        .read, "oidc-provider-authorize", "Log the caller in to a client.", Input.schema, handler),
                    Verb(
                        .update, "oidc-provider-authorize-with-parameters", "Log the caller in to a client.",
                        Input.schema, handler),
                ])
        ]
    }

    private func authorize(_ call: Call, _ input: Input) async throws -> Reply {
        let name = call.capture("name")
        guard let provider = try await oidc.providers.load(name, from: call.storage) else {
            throw Refusal(code: "invalid_request", text: "provider not found")
        }
        let client = try await client(call, input, provider)
        let scopes = try scopes(input, provider)
        guard input.responseType == "code" else {
            throw Refusal(code: "unsupported_response_type", text: "unsupported response_type value")
        }
        try checkChallenge(input, client)
        let authenticated = try await authentication(call, input)
        let identity = try await identity(call)
        guard try await oidc.isAssigned(identity, to: client, in: call.storage) else {
            throw Refusal(
                code: "access_denied", text: "identity entity not authorized by client assignment")
        }
        let grant = CodeGrant(
            provider: name, clientID: client.clientID, entityID: identity.view.entityID,
            redirectURI: input.redirectURI, nonce: input.nonce, scopes: scopes, authenticated: authenticated,
            tellsAuthTime: input.maximumAge != nil, challenge: input.challenge,
            challengeMethod: input.challengeMethod)
        let code = try call.random.base62(32)
        guard oidc.codes.keep(grant, as: code) else {
            throw EngineError.unavailable("too many logins are waiting; try again")
        }
        return .bare(["code": .string(code), "state": .string(input.state)])
    }

    /// The client and the place that the login leads back to come first: until they are known, nobody is told more.
    private func client(_ call: Call, _ input: Input, _ provider: Provider) async throws -> Client {
        if input.clientID.isEmpty { throw Refusal(code: "invalid_client_id", text: "client_id parameter is required") }
        guard let client = try await oidc.client(id: input.clientID, in: call.storage) else {
            throw Refusal(code: "invalid_client_id", text: "client with client_id not found")
        }
        if input.redirectURI.isEmpty {
            throw Refusal(code: "invalid_request", text: "redirect_uri parameter is required")
        }
        guard client.mayRedirect(to: input.redirectURI) else {
            throw Refusal(code: "invalid_redirect_uri", text: "redirect_uri is not allowed for the client")
        }
        guard provider.allows(client.clientID) else {
            throw Refusal(code: "unauthorized_client", text: "client is not authorized to use the provider")
        }
        return client
    }

    private func scopes(_ input: Input, _ provider: Provider) throws -> [String] {
        let asked = input.scope.split(separator: " ").map(String.init)
        guard asked.contains(Scope.openID) else {
            throw Refusal(code: "invalid_request", text: "openid scope is required")
        }
        // What the provider does not offer is left out (OpenID Connect Core §3.1.2.1).
        return asked.filter { $0 == Scope.openID || provider.scopesSupported.contains($0) }
    }

    private func checkChallenge(_ input: Input, _ client: Client) throws {
        if input.challenge.isEmpty {
            if client.isPublic {
                throw Refusal(code: "invalid_request", text: "PKCE is required for public clients")
            }
            return
        }
        guard input.challengeMethod == "plain" || input.challengeMethod == "S256" else {
            throw Refusal(code: "invalid_request", text: "invalid code_challenge_method")
        }
        guard (43...128).contains(input.challenge.utf8.count) else {
            throw Refusal(code: "invalid_request", text: "invalid code_challenge")
        }
    }

    /// When the caller's token was made.
    private func authentication(_ call: Call, _ input: Input) async throws -> Timestamp {
        guard let text = call.clientToken, let live = try await oidc.core.services?.tokens.findCaller(text) else {
            throw EngineError.permissionDenied
        }
        if let age = input.maximumAge {
            if age < 0 { throw Refusal(code: "invalid_request", text: "invalid max_age value") }
            if call.now - live.issueTime > .seconds(min(age, 1_000_000_000)) {
                throw Refusal(
                    code: "max_age_violation", text: "active re-authentication is required by max_age")
            }
        }
        return live.issueTime
    }

    private func identity(_ call: Call) async throws -> CallerIdentity {
        guard let id = call.caller?.identity?.entityID,
            let identity = try await oidc.core.identities(call).caller(entityID: id)
        else {
            throw Refusal(code: "access_denied", text: "identity entity must be associated with the request")
        }
        return identity
    }
}
