package import CofferFramework

package enum HTTPBodyError: Error, Sendable { case tooLarge, disconnected, busy }

/// A request whose head is complete; its body may still be on the way.
package struct HTTPRequest: Sendable {
    package var method: String
    /// As it stood in the request line, percent-encoded, without the query.
    package var path: String
    /// Without `?`; nil when there is none.
    package var query: String?
    package var fields: HTTPFields
    package var connection: ConnectionInfo
    package let body: HTTPBody

    package init(
        method: String, path: String, query: String?, fields: HTTPFields, connection: ConnectionInfo, body: HTTPBody
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.fields = fields
        self.connection = connection
        self.body = body
    }
}

package struct HTTPResponse: Sendable {
    package var status: Int
    package var fields = HTTPFields(capacity: 8)
    package var body: [UInt8]
    /// Sent instead of `body` when there is one.
    package var stream: ByteStream?

    package init(status: Int, body: [UInt8] = []) {
        self.status = status
        self.body = body
    }

    /// For a request that took too long, as Vault words it; what it does goes on.
    static let expired: HTTPResponse = {
        var response = HTTPResponse(
            status: 500,
            body: Array(#"{"errors":["1 error occurred:\n\t* context deadline exceeded\n\n"]}"#.utf8) + [0x0a])
        response.fields.add("Content-Type", "application/json")
        response.fields.add("Cache-Control", "no-store")
        return response
    }()

    /// What the server itself answers to a request that it cannot serve; names nothing.
    static func failure(_ status: Int) -> HTTPResponse {
        var response = HTTPResponse(status: status, body: Array("{\"errors\":[]}\n".utf8))
        response.fields.add("Content-Type", "application/json")
        response.fields.add("Cache-Control", "no-store")
        return response
    }
}

package typealias HTTPHandler = @Sendable (HTTPRequest) async -> HTTPResponse
