/// Header fields in order, looked up without regard to case.
package struct HTTPFields: Sendable {
    package private(set) var list: [(name: String, value: String)] = []

    package init() {}

    package mutating func add(_ name: String, _ value: String) { list.append((name, value)) }

    /// The first value of a field; `name` is given in lower case.
    package subscript(name: String) -> String? {
        list.first { Self.equal($0.name, name) }?.value
    }

    package func all(_ name: String) -> [String] {
        list.filter { Self.equal($0.name, name) }.map(\.value)
    }

    private static func equal(_ field: String, _ lower: String) -> Bool {
        let (left, right) = (field.utf8, lower.utf8)
        guard left.count == right.count else { return false }
        return zip(left, right).allSatisfy { $0 == $1 || ((65...90).contains($0) && $0 | 0x20 == $1) }
    }
}

package enum HTTPBodyError: Error, Sendable { case tooLarge, disconnected }

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
    package var fields = HTTPFields()
    package var body: [UInt8]

    package init(status: Int, body: [UInt8] = []) {
        self.status = status
        self.body = body
    }

    /// What the server itself answers to a request that it cannot serve; names nothing.
    static func failure(_ status: Int) -> HTTPResponse {
        var response = HTTPResponse(status: status, body: Array("{\"errors\":[]}\n".utf8))
        response.fields.add("Content-Type", "application/json")
        response.fields.add("Cache-Control", "no-store")
        return response
    }
}

package typealias HTTPHandler = @Sendable (HTTPRequest) async -> HTTPResponse
