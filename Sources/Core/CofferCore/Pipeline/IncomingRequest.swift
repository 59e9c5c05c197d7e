internal import CofferBase
package import CofferFramework
package import CofferJSON

/// A request as it leaves the network: canonical, but neither identified nor decoded.
package struct IncomingRequest: Sendable {
    /// How the wire names operations; `POST` and `PUT` are one.
    package enum Method: Sendable { case get, post, patch, delete, list, scan, help }

    package enum BodyKind: Sendable, Equatable { case json, form, mergePatch, other(String) }

    package enum BodyFailure: Error, Sendable { case tooLarge, disconnected, busy }

    package var method: Method
    package var path: CanonicalPath
    /// Decoded query parameters in order.
    package var query: [(name: String, value: String)] = []
    package var token: String?
    /// `X-Vault-Namespace` without slashes at its ends; empty for the root.
    package var namespace = ""
    package var wrapTTL: Duration?
    package var wrapFormat: String?
    package var bodyKind: BodyKind = .json
    /// What a JSON body may cost.
    package var jsonLimits = JSONLimits()
    package var origin: Origin
    /// What the listener serves without a token: the names that paths are opened by.
    package var openings: Set<String> = []
    /// What the listener keeps from callers who need no token.
    package var redactions: Set<Call.Redaction> = []
    /// The value of a header, by its lower-case name; several are joined with commas.
    package var header: @Sendable (_ name: String) -> String? = { _ in nil }
    /// Reads the body when the pipeline is ready for it; limits are the listener's.
    package var readBody: @Sendable () async throws(BodyFailure) -> [UInt8] = { () throws(BodyFailure) in [] }
    /// The body piece by piece, in place of `readBody`; nil at its end. No limit but the handler's.
    package var nextPiece: @Sendable () async throws(BodyFailure) -> [UInt8]? = { () throws(BodyFailure) in nil }

    package init(method: Method, path: CanonicalPath, origin: Origin) {
        self.method = method
        self.path = path
        self.origin = origin
    }

    /// Filled in place: a variable would be copied into whoever holds it.
    package init(
        method: Method, path: CanonicalPath, origin: Origin, _ fill: (inout IncomingRequest) -> Void
    ) {
        self.init(method: method, path: path, origin: origin)
        fill(&self)
    }
}
