package import CofferJSON

/// One call of the HTTP API, before the client adds address, token and headers.
package struct APIRequest: Sendable {
    package enum Method: String, Sendable {
        case get = "GET"
        case put = "PUT"
        case post = "POST"
        case patch = "PATCH"
        case delete = "DELETE"
        case list = "LIST"
    }

    package var method: Method
    /// Without the leading `/v1/`.
    package var path: String
    package var query: [(name: String, value: String)]
    package var body: [UInt8]
    package var contentType: String?
    /// Sent at the side of another request (a version check): never printed in its place, never wrapped.
    package var isPreparation = false

    package init(
        _ method: Method, _ path: String, query: [(name: String, value: String)] = [], body: JSON? = nil
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.body = body?.serialized() ?? []
    }

    /// A read that lists: sent as `GET …?list=true`, which every proxy lets through.
    package static func list(_ path: String, query: [(name: String, value: String)] = []) -> APIRequest {
        APIRequest(.get, path, query: query + [("list", "true")])
    }

    /// A merge patch (RFC 7396).
    package static func mergePatch(_ path: String, _ body: JSON) -> APIRequest {
        var request = APIRequest(.patch, path, body: body)
        request.contentType = "application/merge-patch+json"
        return request
    }

    package func asPreparation() -> APIRequest {
        var copy = self
        copy.isPreparation = true
        return copy
    }

    /// `path?query` as it stands in the URL, below `base`.
    func target(below base: String) -> String {
        let path = GoPath.escape(GoPath.join("/" + base, "v1", self.path))
        return query.isEmpty ? path : path + "?" + GoPath.query(query)
    }
}
