internal import CofferBase
internal import CofferCore
internal import CofferFramework
internal import CofferJOSE
internal import CofferJSON
internal import CofferStorage
internal import IdentityService

/// `oidc/token`, `oidc/introspect`, and what anyone may know to verify a token.
struct IdentityTokenPaths: Sendable {
    let oidc: OIDC

    struct Question: Sendable {
        var token = ""
        var clientID = ""

        static let schema = Schema<Question>(
            { Question() },
            [
                Field("token", \.token, "The token to look into.").secret,
                Field("client_id", \.clientID, "Client that the token must be for."),
            ])
    }

    var paths: [Path] { [token, introspect, publicKeys, discovery] }

    private var token: Path {
        Path(
            "oidc/token/:name", "Make a token about the caller's identity.", captures: ["name": "Name of the role."],
            traits: .traits { $0.mintsCredential = true },
            [
                Verb(.read, "oidc-generate-token", "Make a token about the caller's identity.") { call in
                    try await generate(call)
                }
            ])
    }

    private func generate(_ call: Call) async throws -> Reply {
        guard let role = try await oidc.roles.load(call.capture("name"), from: call.storage) else {
            throw OIDCTexts.unknownRole
        }
        guard let key = try await oidc.keys.ready(role.key, in: call.storage) else { throw OIDCTexts.roleUnknownKey }
        guard key.allows(role.clientID) else { throw OIDCTexts.clientNotAllowed }
        guard let identity = call.caller?.identity else { throw OIDCTexts.noEntity }
        let ttl = min(role.ttl, key.verificationTTL)
        var claims = try ClaimTemplate(role.template).claims(of: identity, at: call.now)
        claims["iss"] = .string(try await oidc.issuer.address(in: call.storage))
        claims["sub"] = .string(identity.entityID)
        claims["aud"] = .string(role.clientID)
        claims["iat"] = .int(call.now.seconds)
        claims["exp"] = .int((call.now + ttl).seconds)
        claims["namespace"] = .string(call.namespace.id)
        let token = try CompactToken.sign(claims, with: try key.current.signingKey(), keyID: key.current.id)
        return .data(["client_id": .string(role.clientID), "token": .string(token), "ttl": ttl.wire])
    }

    private var introspect: Path {
        Path(
            "oidc/introspect", "Say whether a token is valid.",
            [
                Verb(.update, "oidc-introspect", "Say whether a token is valid.", Question.schema) { call, question in
                    if let problem = try await problem(with: question, call) {
                        return .bare(["active": false, "error": .string(problem)])
                    }
                    return .bare(["active": true])
                }
            ])
    }

    /// Nil when the token is one of ours, in time, for the client, and about an entity that is active.
    private func problem(with question: Question, _ call: Call) async throws -> String? {
        let keys = try await oidc.keys.publicKeys("all", in: call.storage) {
            try await oidc.keys.names(in: call.storage)
        }
        var check = ClaimCheck()
        check.issuer = try await oidc.issuer.address(in: call.storage)
        if !question.clientID.isEmpty { check.audiences = [question.clientID] }
        do {
            let token = try CompactToken(question.token)
            let set = try JSONWebKeySet(.object(keys))
            let claims = try token.verified(by: set, allowing: Set(NamedKey.offered))
            try check.check(claims, at: call.now)
            let id = claims["sub"]?.stringValue ?? ""
            guard let entity = try await oidc.core.identities(call).caller(entityID: id) else {
                return "entity was not found"
            }
            return entity.isDisabled ? "entity is disabled" : nil
        } catch let error as JOSEError {
            return Self.text(error)
        }
    }

    private static func text(_ error: JOSEError) -> String {
        switch error {
        case .expired: "token is expired"
        case .wrongAudience: "token is not for this client"
        case .wrongIssuer: "token is of another issuer"
        case .malformed: "token is malformed"
        default: "unable to validate the token signature"
        }
    }

    private var publicKeys: Path {
        Path(
            "oidc/.well-known/keys", "The public keys that verify identity tokens.", traits: OIDC.openTraits,
            [
                Verb(.read, "oidc-read-public-keys", "The public keys that verify identity tokens.") { call in
                    let keys = try await oidc.keys.publicKeys("roles", in: call.storage) {
                        try await oidc.roles.all(in: call.storage).map(\.record.key)
                    }
                    return .bare(.object(keys))
                }
            ])
    }

    private var discovery: Path {
        Path(
            "oidc/.well-known/openid-configuration", "What a relying party needs to know.", traits: OIDC.openTraits,
            [
                Verb(.read, "oidc-read-open-id-configuration", "What a relying party needs to know.") { call in
                    let issuer = try await oidc.issuer.address(in: call.storage)
                    return .bare([
                        "id_token_signing_alg_values_supported": .strings(NamedKey.offered.map(\.rawValue)),
                        "issuer": .string(issuer), "jwks_uri": .string(issuer + "/.well-known/keys"),
                        "response_types_supported": ["id_token"], "subject_types_supported": ["public"],
                    ])
                }
            ])
    }
}
