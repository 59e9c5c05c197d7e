internal import CofferFramework

/// What clients are told about identity tokens and the OIDC provider, in Vault's words where Vault has some.
enum OIDCTexts {
    static let badIssuer = EngineError.badRequest(
        "invalid issuer, which must include only a scheme, host, and optional port (e.g. https://example.com:8200)")
    static let issuerWarning =
        "If \"issuer\" is set explicitly, all tokens must be validated against that address, including those issued "
        + "by secondary clusters. Setting issuer to \"\" will restore the default behavior of using the cluster's "
        + "api_addr as the issuer."

    static let shortRotation = EngineError.badRequest("rotation_period must be at least one minute")
    static let longVerification = EngineError.badRequest(
        "verification_ttl cannot be longer than 10x rotation_period")
    static let unknownAlgorithm = EngineError.badRequest("unknown signing algorithm")
    static let defaultKeyStays = EngineError.badRequest("deletion of key \"default\" not allowed")
    static let keyTooShort = EngineError.badRequest(
        "the key is referenced by a role or client with a token ttl greater than the given verification_ttl")
    static let unknownKey = EngineError.badRequest("key not found")
    static let negativeVerification = EngineError.badRequest("verification_ttl cannot be negative")

    static func referenced(_ noun: String, _ name: String, by kind: String, _ names: [String]) -> EngineError {
        .badRequest(
            "unable to delete \(noun) \"\(name)\" because it is currently referenced by these \(kind): "
                + names.joined(separator: ", "))
    }

    static let roleNeedsKey = EngineError.badRequest("the key parameter is required")
    static let roleUnknownKey = EngineError.badRequest("cannot find key")
    static let roleTTL = EngineError.badRequest(
        "a role's token ttl cannot be longer than the verification_ttl of the key it references")
    static let unknownRole = EngineError.badRequest("role not found")
    static let noEntity = EngineError.badRequest("no entity associated with the request's token")
    static let clientNotAllowed = EngineError.badRequest(
        "the key does not list the client ID of the role as an allowed client ID")
    static let badTemplate = EngineError.badRequest("error parsing template JSON")
    static func reservedClaim(_ restricted: [String]) -> EngineError {
        .badRequest("a top level key is not allowed. Restricted keys: \(restricted.joined(separator: ", "))")
    }

    static let openIDScope = EngineError.badRequest("the \"openid\" scope name is reserved")
    static let fixedAssignment = EngineError.badRequest("modification of assignment \"allow_all\" not allowed")
    static let assignmentStays = EngineError.badRequest("deletion of assignment \"allow_all\" not allowed")
    static let unknownAssignment = EngineError.badRequest("an assignment does not exist")
    static let clientUnknownKey = EngineError.badRequest("the key does not exist")
    static let clientKeyFixed = EngineError.badRequest("key modification is not allowed")
    static let clientTypeFixed = EngineError.badRequest("client_type modification is not allowed")
    static let badClientType = EngineError.badRequest("invalid client_type")
    static let clientTTL = EngineError.badRequest(
        "a client's id_token_ttl cannot be greater than the verification_ttl of the key it references")
    static let badRedirect = EngineError.badRequest("redirect_uris must be absolute and without a fragment")
    static let unknownScope = EngineError.badRequest("a scope does not exist")
    static let providerStays = EngineError.badRequest("deletion of OIDC provider \"default\" not allowed")
    static func conflictingScopes(_ claim: String) -> EngineError {
        .badRequest("found scope templates with conflicting top-level keys: \"\(claim)\"")
    }
}
