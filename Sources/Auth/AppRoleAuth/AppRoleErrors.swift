internal import CofferFramework

/// What AppRole says when it refuses.
enum AppRoleErrors {
    static let missingRoleID = EngineError.badRequest("missing role_id").because(
        "incomplete_login", "The login has no role_id.")
    static let missingSecretID = EngineError.badRequest("missing secret_id").because(
        "incomplete_login", "The role binds secret ids, and the login has none.")
    static let missingAccessor = EngineError.badRequest("missing secret_id_accessor")
    private static let wrong = "invalid role or secret ID"
    /// Nobody can be locked out who is not there.
    static let unknownRoleID = EngineError.badRequest(wrong).because("unknown_role_id", "No role has this role_id.")
    static let wrongSecretID = EngineError.badCredential(wrong).because(
        "wrong_secret_id", "The role has no such secret id: it was never made, has expired, or is used up.")
    static let secretIDNotBound = EngineError.badRequest("bind_secret_id is not set on the role")
    static let secretIDTaken = EngineError.badRequest("SecretID is already registered")
    static let roleIDTaken = EngineError.badRequest("role_id already in use")
    static let noRoleID = EngineError.badRequest("invalid role_id supplied, or failed to generate a role_id")
    static let localOnlyAtCreation = EngineError.badRequest(
        "local_secret_ids can only be modified during role creation")
    static let noConstraint = EngineError.badRequest("at least one constraint should be enabled on the role")
    static let negativeUses = EngineError.badRequest("secret_id_num_uses cannot be negative")
    static let negativeSecretIDUses = EngineError.badRequest("num_uses cannot be negative")
    static let tooManyUses = EngineError.badRequest("num_uses cannot be higher than the role's secret_id_num_uses")
    static let tooLong = EngineError.badRequest("ttl cannot be longer than the role's secret_id_ttl")
    static let invalidNetworks = EngineError.badRequest("invalid CIDR blocks")
    static let networksNotInRole = EngineError.badRequest(
        "the CIDR blocks of the secret ID must be within those of the role")
    /// Without the accessor: it may be a secret id that was put into the wrong field.
    static let unknownAccessor = EngineError(.notFound, ["failed to find accessor entry for secret_id_accessor"])
    static let roleIsGone = EngineError.invalid("the role does not exist any more, not renewing")

    static func unknownRole(_ name: String) -> EngineError {
        EngineError(.notFound, ["role \"\(name)\" does not exist"])
    }

    static func addressNotBound(_ by: String, _ origin: Origin) -> EngineError {
        .badRequest("source address \"\(origin.remoteAddress)\" unauthorized through CIDR restrictions on the \(by)")
            .because("address_not_bound", "The \(by) is bound to networks that the caller's address is not in.")
    }
}
