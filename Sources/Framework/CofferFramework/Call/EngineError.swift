package import CofferJSON
package import CofferStorage

/// How an engine says no. Mapped to status and body in one place (`CofferHTTP`).
///
/// Texts go to clients that match on them; they must never hold a value from a request.
package struct EngineError: Error, Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case badRequest, denied, notFound, unsupportedOperation, unsupportedPath
        case conflict, tooLarge, unsupportedMediaType, tooManyRequests, upstream, unavailable, `internal`
    }

    package var kind: Kind
    /// The `errors` array of the answer; may be empty (404 without a value).
    package var texts: [String]
    /// True for errors that Vault's core reports in its "1 error occurred" form.
    package var isListed: Bool
    /// Stands beside `errors` in the answer when set.
    package var data: JSONObject?
    /// A login's credential was wrong: counts towards a lockout.
    package var isBadCredential = false
    /// The whole reason, for operators who ask; never part of the answer.
    package var cause: RefusalCause?
    /// Seconds after which the same request is likely to succeed (`Retry-After`); nil: nobody knows.
    package var retryAfter: Int?

    package init(_ kind: Kind, _ texts: [String], isListed: Bool = false, data: JSONObject? = nil) {
        self.kind = kind
        self.texts = texts
        self.isListed = isListed
        self.data = data
    }

    /// 400 with exactly this text.
    package static func badRequest(_ text: String) -> EngineError { EngineError(.badRequest, [text]) }
    /// 400 as `1 error occurred:\n\t* text\n\n`.
    package static func invalid(_ text: String) -> EngineError { EngineError(.badRequest, [text], isListed: true) }
    /// 400 with exactly this text, to a login whose credential was wrong.
    package static func badCredential(_ text: String) -> EngineError {
        var error = badRequest(text)
        error.isBadCredential = true
        return error
    }
    /// 403 with exactly this text.
    package static func denied(_ text: String) -> EngineError { EngineError(.denied, [text]) }
    /// 403 `1 error occurred:\n\t* permission denied\n\n`.
    package static let permissionDenied = EngineError(.denied, ["permission denied"], isListed: true)
    /// 404 `{"errors":[]}`.
    package static let notFound = EngineError(.notFound, [])
    package static let unsupportedOperation = EngineError(
        .unsupportedOperation, ["unsupported operation"], isListed: true)
    package static let unsupportedPath = EngineError(.unsupportedPath, ["unsupported path"], isListed: true)
    /// 500; the text says what to do and holds no request value.
    package static func `internal`(_ text: String) -> EngineError {
        EngineError(.internal, [text], isListed: true)
    }
    /// 502: a third party failed.
    package static func upstream(_ text: String) -> EngineError { EngineError(.upstream, [text], isListed: true) }
    /// 503
    package static func unavailable(_ text: String) -> EngineError { EngineError(.unavailable, [text]) }
    /// 503 for a short time: clients are told when to come again.
    package static func brieflyUnavailable(_ text: String) -> EngineError {
        var error = unavailable(text)
        error.retryAfter = 1
        return error
    }
    /// 503 while the storage does not answer, or has no room.
    package static let storageUnavailable = brieflyUnavailable("storage is unavailable; nothing was written; try again")
}

/// Why a request was refused, for those who may know: names and sentences, never a value of the request.
package struct RefusalCause: Sendable, Equatable {
    /// A word for programs.
    package let code: String
    /// A sentence for people.
    package let text: String

    package init(_ code: String, _ text: String) {
        self.code = code
        self.text = text
    }
}

extension EngineError {
    /// The same answer, with its reason.
    package func because(_ code: String, _ text: String) -> EngineError { because(RefusalCause(code, text)) }

    package func because(_ cause: RefusalCause) -> EngineError {
        var error = self
        error.cause = cause
        return error
    }

    /// What a client is told when storage failed under an engine.
    package init(storage error: StorageError) {
        switch error {
        case .sealed: self = .unavailable("Vault is sealed")
        case .conflict: self = .internal("the entry changed at the same time; try again")
        case .fenced: self = .brieflyUnavailable("this node no longer leads the cluster")
        case .unavailable: self = .storageUnavailable
        case .unknownOutcome: self = .internal("request outcome unknown")
        case .broken: self = .internal("storage has failed; see the server log")
        case .integrity: self = .internal("integrity: the stored entry cannot be read; see the server log")
        case .tooLarge(let limit):
            self = EngineError(.badRequest, ["put failed due to value being too large; limit is \(limit) bytes"])
        }
    }
}
