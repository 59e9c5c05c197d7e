internal import CofferBase
internal import CofferCore
internal import CofferCrypto
internal import CofferFramework
internal import CofferJOSE
internal import CofferJSON
internal import CofferStorage
internal import IdentityService

/// Why the token endpoint or userinfo refuses, in the words of OAuth (RFC 6749 §5.2, RFC 6750 §3.1).
struct OAuthRefusal: Error {
    let code: String
    let text: String
    var status = 400

    static let client = OAuthRefusal(code: "invalid_client", text: "client failed to authenticate", status: 401)
    static let code = OAuthRefusal(code: "invalid_grant", text: "authorization grant is invalid or expired")
    static func request(_ text: String) -> OAuthRefusal { OAuthRefusal(code: "invalid_request", text: text) }
}

/// `token`: a relying party exchanges a code, or its own credentials, for tokens.
struct TokenEndpoint: Sendable {
    let oidc: OIDC

    struct Input: Sendable {
        var grantType = ""
        var code = ""
        var redirectURI = ""
        var verifier = ""
        var clientID = ""
        var clientSecret = ""
        var scope = ""

        static let schema = Schema<Input>(
            { Input() },
            [
                Field("grant_type", \.grantType, "authorization_code or client_credentials."),
                Field("code", \.code, "The code that the login gave.").secret,
                Field("redirect_uri", \.redirectURI, "As it was when the code was asked for."),
                Field("code_verifier", \.verifier, "What the challenge of PKCE was made from.").secret,
                Field("client_id", \.clientID, "Id of the client, unless the Authorization header has it."),
                Field("client_secret", \.clientSecret, "Secret of a confidential client, likewise.").secret,
                Field("scope", \.scope, "Scopes of a client that asks for itself."),
            ])
    }

    var paths: [Path] {
        [
            Path(
                "oidc/provider/:name/token", "Exchange a code for tokens.",
                captures: ["name": "Name of the provider."],
                traits: .traits {
                    $0.unauthenticated = [.update]
                    $0.isNeverWrapped = true
                    $0.mintsCredential = true
                },
                [
                    Verb(.update, "oidc-provider-token", "Exchange a code for tokens.", Input.schema) { call, input in
                        do {
                            return try await exchange(call, input)
                        } catch let refusal as OAuthRefusal {
                            var reply = Reply.bare(
                                ["error": .string(refusal.code), "error_description": .string(refusal.text)],
                                status: refusal.status)
                            if refusal.status == 401 { reply.headers = [.init("WWW-Authenticate", "Basic")] }
                            return reply
                        }
                    }
                ])
        ]
    }

    private func exchange(_ call: Call, _ input: Input) async throws -> Reply {
        let name = call.capture("name")
        guard let provider = try await oidc.providers.load(name, from: call.storage) else {
            throw OAuthRefusal.request("provider not found")
        }
        let client = try await authenticate(call, input)
        guard provider.allows(client.clientID) else {
            throw OAuthRefusal(
                code: "invalid_client", text: "client is not authorized to use the provider", status: 401)
        }
        let tokens = ProviderTokens(oidc: oidc, name: name, provider: provider, client: client)
        switch input.grantType {
        case "authorization_code":
            let grant = try redeem(input, client, name)
            let identity = try await identity(grant, client, call)
            return .bare(.object(try await tokens.answer(to: grant, identity, call)))
        case "client_credentials":
            if client.isPublic {
                throw OAuthRefusal(code: "unauthorized_client", text: "a public client has no credentials")
            }
            return .bare(.object(try await tokens.answerToClient(call)))
        case "": throw OAuthRefusal.request("grant_type parameter is required")
        default: throw OAuthRefusal(code: "unsupported_grant_type", text: "unsupported grant_type value")
        }
    }

    // MARK: the client

    private func authenticate(_ call: Call, _ input: Input) async throws -> Client {
        let (id, secret) = try Self.basic(call.headers["authorization"]) ?? (input.clientID, input.clientSecret)
        guard !id.isEmpty, let client = try await oidc.client(id: id, in: call.storage) else {
            throw OAuthRefusal.client
        }
        if client.isPublic { return client }
        guard !client.clientSecret.isEmpty,
            constantTimeEqual(Array(secret.utf8), Array(client.clientSecret.utf8))
        else { throw OAuthRefusal.client }
        return client
    }

    /// Id and secret of an `Authorization: Basic` header, each form-encoded (RFC 6749 §2.3.1).
    private static func basic(_ header: String?) throws -> (String, String)? {
        guard let header, header.utf8.count < 4096, header.prefix(6).lowercased() == "basic " else { return nil }
        guard let bytes = Base64.standard.decode(header.dropFirst(6)),
            let text = String(validating: bytes, as: UTF8.self),
            let colon = text.firstIndex(of: ":")
        else { throw OAuthRefusal.client }
        return (String(text[..<colon]), String(text[text.index(after: colon)...]))
    }

    // MARK: the code

    private func redeem(_ input: Input, _ client: Client, _ provider: String) throws -> CodeGrant {
        if input.code.isEmpty { throw OAuthRefusal.request("code parameter is required") }
        guard let grant = oidc.codes.take(input.code) else { throw OAuthRefusal.code }
        guard sameBytes(grant.clientID, client.clientID), grant.provider == provider else {
            throw OAuthRefusal(code: "invalid_grant", text: "authorization code was not issued to the client")
        }
        if input.redirectURI.isEmpty { throw OAuthRefusal.request("redirect_uri parameter is required") }
        guard sameBytes(grant.redirectURI, input.redirectURI) else {
            throw OAuthRefusal(
                code: "invalid_grant",
                text: "redirect_uri does not match the redirect_uri used in the authorization request")
        }
        try checkVerifier(input, grant)
        return grant
    }

    private func checkVerifier(_ input: Input, _ grant: CodeGrant) throws {
        if grant.challenge.isEmpty {
            // A verifier without a challenge: the challenge was taken away on the way (RFC 9700 §4.8.2).
            if !input.verifier.isEmpty {
                throw OAuthRefusal.request("unexpected code_verifier for authorization code")
            }
            return
        }
        let isVerifier = input.verifier.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || Array("-._~".utf8).contains(byte)
        }
        guard isVerifier, (43...128).contains(input.verifier.utf8.count) else {
            throw OAuthRefusal(code: "invalid_grant", text: "invalid code_verifier for authorization code")
        }
        let verifier = Array(input.verifier.utf8)
        let made =
            grant.challengeMethod == "S256"
            ? Base64.urlUnpadded.encode(SHA256.hash(verifier)) : input.verifier
        guard constantTimeEqual(Array(made.utf8), Array(grant.challenge.utf8)) else {
            throw OAuthRefusal(code: "invalid_grant", text: "invalid code_verifier for authorization code")
        }
    }

    /// The entity as it is now: what was granted minutes ago may not hold any more.
    private func identity(_ grant: CodeGrant, _ client: Client, _ call: Call) async throws -> CallerIdentity {
        guard let identity = try await oidc.core.identities(call).caller(entityID: grant.entityID),
            !identity.isDisabled
        else { throw OAuthRefusal.request("identity entity associated with request not found") }
        guard try await oidc.isAssigned(identity, to: client, in: call.storage) else {
            throw OAuthRefusal.request("identity entity not authorized by client assignment")
        }
        return identity
    }
}
