package import CofferJSON

/// What a handler answers; the pipeline adds the envelope, leases, tokens, wrapping and audit.
package struct Reply: Sendable {
    package enum Body: Sendable {
        /// 204, or 200 with an envelope when there are warnings.
        case none
        /// `data` of the envelope.
        case data(JSONObject)
        /// A whole JSON body without envelope (`sys/health`, `sys/seal-status`, …).
        case bare(JSON)
        /// Bytes of another type: certificates, metrics, snapshots.
        case raw(contentType: String, [UInt8])
        /// Bytes that are made while they are sent; nothing limits how many.
        case stream(contentType: String, ByteStream)
        /// A complete envelope kept as text by a wrapping token; only its `request_id` changes.
        case unwrapped(JSONObject)
    }

    package var body: Body
    /// Overrides the status that the body implies (404 with data, health codes).
    package var status: Int?
    package var warnings: [String] = []
    package var headers: [Header] = []
    /// A token to issue (login, token creation) or to report (renewal).
    package var auth: AuthResult?
    /// A lease to register for this answer, or to report (renewal).
    package var lease: LeaseResult?
    /// Sets `lease_duration` (seconds) of the envelope without a lease (KV v1).
    package var advisoryLeaseSeconds: Int64?
    /// A wrapping token that already exists (rewrap).
    package var wrapInfo: WrapInfo?
    /// What makes the answer true, run only after an audit device accepted the response line.
    ///
    /// For answers that hold key material (new shares, a new root token, a one-time password): the
    /// handler computes them and changes nothing; this closure changes what has to change, at once or
    /// not at all. When the audit fails, it never runs, the answer is withheld, and the operation can
    /// be repeated. When it throws, its error is the answer, and the material is withheld as well.
    /// Not meant for answers that the caller may have wrapped.
    package var afterAudit: (@Sendable () async throws -> Void)?

    package struct Header: Sendable, Equatable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package init(_ body: Body, status: Int? = nil) {
        self.body = body
        self.status = status
    }

    package static let empty = Reply(.none)
    package static func data(_ object: JSONObject) -> Reply { Reply(.data(object)) }
    package static func bare(_ json: JSON, status: Int? = nil) -> Reply { Reply(.bare(json), status: status) }

    /// A list answer; an empty list is the contract's 404.
    package static func keys(_ keys: [String]) throws(EngineError) -> Reply {
        if keys.isEmpty { throw .notFound }
        return .data(["keys": .strings(keys)])
    }

    /// The same answer, true only once `effect` has run; see `afterAudit`.
    package func afterAudit(_ effect: @escaping @Sendable () async throws -> Void) -> Reply {
        var copy = self
        copy.afterAudit = effect
        return copy
    }

    package func warning(_ text: String) -> Reply {
        var copy = self
        copy.warnings.append(text)
        return copy
    }
}
