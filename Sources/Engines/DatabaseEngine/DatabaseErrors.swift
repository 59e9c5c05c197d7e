internal import CofferFramework

/// The texts that clients see, all in one place; those that clients match on are Vault's.
enum DatabaseErrors {
    static let noPluginName = EngineError.badRequest("empty plugin name")
    static let unknownPlugin = EngineError.badRequest(
        "plugin not found in the catalog: the server has no database plugin of this name")
    static let noVersions = EngineError.badRequest(
        "plugin_version must be empty: database plugins are built in and have one version")
    static let noDatabaseName = EngineError.badRequest("database name is required")
    static let noStaticDatabaseName = EngineError.badRequest("database name is a required field")
    static let noStaticUsername = EngineError.badRequest("username is a required field to create a static account")
    static let usernameIsFixed = EngineError.badRequest("cannot update static account username")
    static let namesMustDiffer = EngineError.badRequest("Role and Static Role names must be unique")
    static let noRotation = EngineError.badRequest(
        "one of rotation_schedule or rotation_period must be provided to create a static account")
    static let bothRotations = EngineError.badRequest(
        "mutually exclusive fields rotation_period and rotation_schedule were both specified; only one of them can be "
            + "provided")
    static let windowNeedsSchedule = EngineError.badRequest("rotation_window is invalid with use of rotation_period")
    static let shortPeriod = EngineError.badRequest("rotation_period must be 5 seconds or more")
    static let shortWindow = EngineError.badRequest("rotation_window must be 3600 seconds or more")
    static let passwordIsNotAccepted = EngineError.badRequest(
        "the database does not accept this password for the static account")
    static let damaged = EngineError.internal("a stored record is damaged; see the server log")

    static func schedule(_ reason: String) -> EngineError {
        .badRequest("could not parse rotation_schedule: \(reason)")
    }
    static func unknownCredentialType(_ name: String) -> EngineError {
        .badRequest("invalid credential_type \"\(name)\"")
    }
    static func credentialConfig(_ reason: String) -> EngineError {
        .badRequest("credential_config validation failed: \(reason)")
    }
    static func unsupportedCredential(_ kind: DatabaseCredential.Kind) -> EngineError {
        .internal("unsupported credential_type: \"\(kind.rawValue)\"")
    }
    static func certificate(_ reason: String) -> EngineError {
        .internal("failed to generate client certificate: \(reason)")
    }
    static let commonName = certificate("the common name must have 1 to 64 characters")
    static let credentialTypeIsFixed = EngineError.badRequest("cannot update static account credential_type")
    static let noKeyImport = EngineError.badRequest("only a password can be imported")

    static func notConfigured(_ name: String) -> EngineError {
        .internal("failed to find entry for connection with name: \"\(name)\"")
    }
    static func unknownRole(_ name: String) -> EngineError { .badRequest("unknown role: \(name)") }
    static func noStaticRole(_ name: String) -> EngineError {
        .badRequest("no static role found for role name: \(name)")
    }
    static func notAllowed(_ role: String) -> EngineError { .internal("\"\(role)\" is not an allowed role") }
    static let renewedRoleIsGone = EngineError.internal("error during renew: could not find the role of the lease")
    static let noRootUsername = EngineError.internal("unable to rotate root credentials: no username in configuration")
    static let noRootPassword = EngineError.internal("unable to rotate root credentials: no password in configuration")
    static let rotationIgnored = EngineError.internal(
        "the database said that the password was changed, and still lets the account in with the old one; it stays")
    static let rotationUnseen = EngineError.internal(
        "the database did not let the account in with its new password; the rotation is finished or undone as soon as "
            + "the database says which password counts")

    static let passwordInURL =
        "Password found in connection_url, use a templated url to enable root rotation and prevent read access to "
        + "password information."

    /// 400 for what an operator configured wrongly.
    static func cannotConnect(_ failure: DatabaseFailure) -> EngineError {
        .badRequest("error creating database object: error verifying connection: \(failure.text)")
    }
    static func cannotMake(_ failure: DatabaseFailure) -> EngineError {
        .badRequest("error creating database object: \(failure.text)")
    }
    static func template(_ reason: String) -> EngineError {
        .badRequest("error creating database object: unable to initialize username template: \(reason)")
    }
    static let emptyUsername = EngineError.internal("failed to generate username: the template gives an empty name")
    static func username(_ reason: String) -> EngineError { .internal("failed to generate username: \(reason)") }
    static func failed(_ failure: DatabaseFailure) -> EngineError { .internal(failure.text) }
}
