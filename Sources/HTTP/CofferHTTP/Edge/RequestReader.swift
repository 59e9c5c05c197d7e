internal import CofferBase
internal import CofferCore
package import CofferFramework
package import CofferJSON

/// Reads an HTTP request as the API means it (contract, "Requests").
package enum RequestReader {
    package struct Limits: Sendable {
        /// Largest body, in bytes.
        package var body = 32 << 20
        /// Largest token header, in bytes; nil for none.
        package var token: Int? = 8192
        package var json = JSONLimits()
        /// Reads that need no token on this listener.
        package var openings: Set<String> = []
        /// Nil: connections have their own address.
        package var forwardedFor: ForwardedFor?
        /// Requests without `X-Vault-Request: true` are refused: what makes a server or a browser send requests seldom
        /// chooses their headers.
        package var requiresRequestHeader = false
        /// What this listener keeps from callers without a token.
        package var redactions: Set<Call.Redaction> = []

        package init() {}
    }

    /// Why a request never reached the core.
    package struct Refusal: Error, Sendable, Equatable {
        let status: Int
        /// Nil: the answer has no body at all.
        let errors: [String]?

        init(_ status: Int, _ errors: [String]? = []) {
            self.status = status
            self.errors = errors
        }
    }

    static func incoming(_ request: HTTPRequest, _ limits: Limits) throws(Refusal) -> IncomingRequest {
        let query = try query(request)
        let method = try method(request.method, query)
        let origin = Origin(
            remoteAddress: request.connection.remoteAddress, remotePort: request.connection.remotePort,
            peerCertificates: request.connection.peerCertificates)
        let path = try path(request.path)
        let (token, wrapTTL) = (try token(request.fields, limits), try wrapTTL(request.fields))
        return IncomingRequest(method: method, path: path, origin: origin) { incoming in
            incoming.query = query
            incoming.token = token
            incoming.namespace = namespace(request.fields)
            incoming.wrapTTL = wrapTTL
            incoming.wrapFormat = request.fields["x-vault-wrap-format"]
            incoming.jsonLimits = limits.json
            incoming.openings = limits.openings
            incoming.redactions = limits.redactions
            incoming.bodyKind = bodyKind(request.fields["content-type"])
            let fields = request.fields
            incoming.header = { name in
                let values = fields.all(name)
                return values.isEmpty ? nil : values.joined(separator: ",")
            }
            read(request.body, limits.body, into: &incoming)
        }
    }

    private static func read(_ body: HTTPBody, _ limit: Int, into incoming: inout IncomingRequest) {
        incoming.readBody = { () throws(IncomingRequest.BodyFailure) in
            do throws(HTTPBodyError) {
                return try await body.collect(limit: limit)
            } catch .tooLarge {
                throw .tooLarge
            } catch .busy {
                throw .busy
            } catch {
                throw .disconnected
            }
        }
        incoming.nextPiece = { () throws(IncomingRequest.BodyFailure) in
            do throws(HTTPBodyError) {
                return try await body.next()
            } catch {
                throw .disconnected
            }
        }
    }

    private static func path(_ raw: String) throws(Refusal) -> CanonicalPath {
        guard raw.utf8.starts(with: "/v1/".utf8) else { throw Refusal(404) }
        do throws(CanonicalPath.Refusal) {
            return try CanonicalPath(rawPath: Substring(raw.utf8.dropFirst(4)))
        } catch .unprintable {
            throw Refusal(400, nil)
        } catch .tooLong {
            throw Refusal(414)
        } catch {
            throw Refusal(400, ["the path is not in its clean form: no empty, relative or doubly encoded segments"])
        }
    }

    private static func query(_ request: HTTPRequest) throws(Refusal) -> [(name: String, value: String)] {
        guard let text = request.query, !text.isEmpty else { return [] }
        guard let pairs = QueryString.parse(Array(text.utf8)) else { throw Refusal(400, ["the query is malformed"]) }
        return pairs
    }

    private static func method(
        _ name: String, _ query: [(name: String, value: String)]
    ) throws(Refusal) -> IncomingRequest.Method {
        if query.contains(where: { $0.name == "help" && !$0.value.isEmpty }) { return .help }
        switch name {
        case "GET", "HEAD":
            if try flag("list", query) { return .list }
            return try flag("scan", query) ? .scan : .get
        case "POST", "PUT": return .post
        case "PATCH": return .patch
        case "DELETE": return .delete
        case "LIST": return .list
        case "SCAN": return .scan
        case "HELP": return .help
        default: throw Refusal(405)
        }
    }

    /// A boolean of the query in any of its spellings; anything else is refused.
    private static func flag(_ name: String, _ query: [(name: String, value: String)]) throws(Refusal) -> Bool {
        switch query.last(where: { $0.name == name })?.value {
        case nil, "0", "f", "F", "false", "FALSE", "False": return false
        case "1", "t", "T", "true", "TRUE", "True": return true
        default: throw Refusal(400)
        }
    }

    private static func token(_ fields: HTTPFields, _ limits: Limits) throws(Refusal) -> String? {
        let token: String
        if let own = fields["x-vault-token"] {
            token = own
        } else if let header = fields["authorization"], header.utf8.count > 7,
            header.prefix(7).lowercased() == "bearer "
        {
            token = String(header.dropFirst(7))
        } else {
            return nil
        }
        if let limit = limits.token, token.utf8.count > limit { throw Refusal(431) }
        return token
    }

    /// Without the slashes at its ends; `root` is the root namespace.
    private static func namespace(_ fields: HTTPFields) -> String {
        guard let header = fields["x-vault-namespace"] else { return "" }
        let trimmed = header.split(separator: "/").joined(separator: "/")
        return trimmed == "root" ? "" : trimmed
    }

    private static func wrapTTL(_ fields: HTTPFields) throws(Refusal) -> Duration? {
        guard let text = fields["x-vault-wrap-ttl"], !text.isEmpty else { return nil }
        guard let ttl = GoDuration.parse(text), ttl >= .zero else {
            throw Refusal(400, ["X-Vault-Wrap-TTL must be a duration that is not negative"])
        }
        return ttl == .zero ? nil : ttl
    }

    private static func bodyKind(_ contentType: String?) -> IncomingRequest.BodyKind {
        guard let contentType, contentType != "application/json" else { return .json }
        let type = contentType.prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
        switch type {
        case "", "application/json": return .json
        case "application/x-www-form-urlencoded": return .form
        case "application/merge-patch+json": return .mergePatch
        default: return .other(type)
        }
    }
}
