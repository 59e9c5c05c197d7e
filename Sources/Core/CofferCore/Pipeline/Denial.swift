package import CofferFramework
internal import NamespaceService
package import PolicyService
package import TokenService

/// Why a request was refused before an engine saw it: the whole reason, for
/// explanations and logs. The public answer is derived and says less.
package enum Denial: Error, Sendable {
    case sealed
    case notInitialized
    /// A standby was asked for something that only concerns itself, and that it cannot authorise.
    case localOnly
    /// A standby got what only the leader answers, and may not send it on.
    case noLeader
    case malformedBody
    case bodyTooLarge
    case busy
    case wrongPatchType(String)
    case badField(FieldError)
    case writeToFolder
    case missingToken
    case token(TokenRefusal)
    case entity(EntityRefusal)
    case policy(PolicyService.Decision)
    case unknownNamespace
    case namespaceLocked
    /// The token is of a namespace that is not above the request's.
    case foreignToken
    case noRoute(String)
    case rateLimited(path: String)
    case leasesExhausted(path: String)
    case auditFailed
    case engine(EngineError)
    /// Not refused: a standby leaves the answer to the leader.
    case forwarded

    /// What the client may know, with the reason for those who may know more.
    package var error: EngineError {
        guard let cause else { return publicError }
        return publicError.because(cause)
    }

    private var cause: RefusalCause? {
        switch self {
        case .sealed, .notInitialized: RefusalCause("sealed", "The server was sealed.")
        case .missingToken: RefusalCause("missing_token", "The request carried no token.")
        case .token(let refusal): RefusalCause(refusal.code, refusal.text)
        case .entity(.unknown): RefusalCause("unknown_entity", "The entity of the token was deleted.")
        case .entity(.disabled): RefusalCause("disabled_entity", "The entity of the token is disabled.")
        case .unknownNamespace: RefusalCause("unknown_namespace", "There is no namespace of that name.")
        case .foreignToken:
            RefusalCause("foreign_namespace", "The token belongs to a namespace that is not above the request's.")
        case .namespaceLocked:
            RefusalCause("locked_namespace", "The API of the namespace, or of one above it, is locked.")
        case .rateLimited: RefusalCause("rate_quota", "A rate quota had no request left for the client.")
        case .leasesExhausted: RefusalCause("lease_quota", "A lease-count quota had no place left for the lease.")
        case .busy: RefusalCause("busy", "The server had no room left for another large body.")
        case .noLeader: RefusalCause("no_leader", "No node led the cluster.")
        case .malformedBody, .bodyTooLarge, .localOnly, .wrongPatchType, .badField, .writeToFolder, .policy, .noRoute,
            .auditFailed, .engine, .forwarded:
            nil
        }
    }

    private var publicError: EngineError {
        switch self {
        case .sealed, .notInitialized: .unavailable("Vault is sealed")
        case .noLeader: .brieflyUnavailable("no active Vault instance found")
        case .localOnly: .badRequest("cannot forward local-only request")
        case .malformedBody: .badRequest("error parsing JSON")
        case .bodyTooLarge: EngineError(.tooLarge, ["error parsing JSON"])
        case .busy: .unavailable("too many large requests at once; try again")
        case .wrongPatchType(let type):
            EngineError(
                .unsupportedMediaType,
                ["PATCH requires Content-Type of application/merge-patch+json, provided \(type)"])
        case .badField(let error): .badRequest(error.text)
        case .writeToFolder: .badRequest("cannot write to a path ending in '/'")
        case .missingToken: .denied("permission denied")
        case .token(.wrappingToken): .badRequest("wrapping token is not valid or does not exist")
        case .token: EngineError(.denied, ["permission denied", "invalid token"], isListed: true)
        case .policy, .entity, .foreignToken: .permissionDenied
        case .namespaceLocked: NamespaceTexts.locked
        case .unknownNamespace: EngineError(.notFound, ["no handler for route. route entry not found."])
        case .noRoute(let path):
            EngineError(.notFound, ["no handler for route \"\(path)\". route entry not found."])
        case .rateLimited(let path):
            EngineError(.tooManyRequests, ["request path \(Self.quoted(path)): rate limit quota exceeded"])
        case .leasesExhausted(let path):
            EngineError(
                .tooManyRequests, ["request path \(Self.quoted(path)): lease count quota exceeded"], isListed: true)
        case .auditFailed:
            EngineError(.internal, ["failed to write to an audit device; see the server log"], isListed: true)
        case .engine(let error): error
        case .forwarded: .brieflyUnavailable("no active Vault instance found")
        }
    }

    /// As Go quotes a printable string.
    private static func quoted(_ path: String) -> String {
        "\"" + path.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// Comes in floods, from anybody.
    var isFrequent: Bool {
        switch self {
        case .sealed, .notInitialized, .rateLimited, .namespaceLocked: true
        default: false
        }
    }

    /// The case's name, for logs.
    var name: String {
        switch self {
        case .sealed: "sealed"
        case .notInitialized: "not initialized"
        case .localOnly: "local only"
        case .noLeader: "no leader"
        case .malformedBody: "malformed body"
        case .bodyTooLarge: "body too large"
        case .busy: "busy"
        case .wrongPatchType: "wrong patch type"
        case .badField: "bad field"
        case .writeToFolder: "write to a folder"
        case .missingToken: "missing token"
        case .token: "token refused"
        case .policy: "policy"
        case .entity: "entity"
        case .unknownNamespace: "unknown namespace"
        case .namespaceLocked: "namespace locked"
        case .foreignToken: "token of another namespace"
        case .noRoute: "no route"
        case .rateLimited: "rate limit quota"
        case .leasesExhausted: "lease count quota"
        case .auditFailed: "audit failed"
        case .engine: "engine"
        case .forwarded: "forwarded"
        }
    }
}
