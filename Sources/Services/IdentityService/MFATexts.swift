package import CofferFramework

/// What clients are told about second factors.
package enum MFATexts {
    static let unknownMethod = EngineError.badRequest("methodID does not exist")
    static let methodNameTaken = EngineError.badRequest("a method with the given name already exists")
    static let methodInUse = EngineError.badRequest("methodID is still used by an enforcement configuration")
    static let noMethods = EngineError.badRequest("missing method ids")
    static let noTargets = EngineError.badRequest(
        "One of auth_method_accessors, auth_method_types, identity_group_ids, identity_entity_ids must be specified")
    /// One text for everything that can be wrong with a factor.
    static let notSatisfied = EngineError.denied("login MFA validation failed")
    static func nothingOffered(_ enforcement: String) -> String {
        "The enforcement \"\(enforcement)\" asks for one of its methods, and none of them was offered."
    }
    package static let noEntity = EngineError.badRequest("no entity associated with the request's token")
    package static let unknownRequest = EngineError.denied("invalid or expired MFA request").because(
        "unknown_mfa_request", "No login waits under this id: it was completed, took too long, or never was.")
    package static let twoPhaseWarning =
        "A login request was issued that is subject to MFA validation. Please make sure to validate the login by "
        + "sending another request to mfa/validate endpoint."
    package static func hasSecret(_ method: String) -> String {
        "Entity already has a secret for MFA method \"\(method)\""
    }
}
