internal import CofferFramework

/// What userpass says when it refuses.
enum UserpassErrors {
    static let missingPassword = EngineError.badRequest("missing password")
    /// The same whether the name or the password is wrong: only operators learn which.
    private static let wrong = EngineError.badCredential("invalid username or password")
    static let unknownUser = wrong.because("unknown_user", "The method has no such user.")
    static let wrongPassword = wrong.because("wrong_password", "The password is wrong.")
    static let passwordAndHash = EngineError.badRequest("only one of password or password_hash may be provided")
    static let invalidHash = EngineError.badRequest("password_hash is not a bcrypt hash of cost 4 to 15")
    static let unsuitablePassword = EngineError.badRequest("a password must not be longer than 72 bytes or hold a NUL")
    static let policiesChanged = EngineError.invalid("policies have changed, not renewing")
    static let userIsGone = EngineError.invalid("the user does not exist any more, not renewing")
}
