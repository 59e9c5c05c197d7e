import CofferBase
import CofferJSON
import HTTPClient
import Synchronization

/// A service in place of the network: keeps what it is asked, and answers what a test says.
final class ServiceStub: Sendable {
    private let requests = Mutex<[Request]>([])
    private let respond: @Sendable (Request, Int) throws(HTTPFailure) -> HTTPAnswer

    /// - Parameter respond: gets the request and how many came before it.
    init(_ respond: @escaping @Sendable (Request, Int) throws(HTTPFailure) -> HTTPAnswer) { self.respond = respond }

    var sender: WebSender {
        { (call, address) async throws(HTTPFailure) in
            let request = Request(call: call, address: address)
            let count = self.requests.withLock { requests in
                requests.append(request)
                return requests.count - 1
            }
            return try self.respond(request, count)
        }
    }

    var seen: [Request] { requests.withLock { $0 } }
}

extension HTTPAnswer {
    static func json(_ json: JSON, status: Int = 200) -> HTTPAnswer {
        HTTPAnswer(status: status, body: json.serialized())
    }
}

/// A request, and whom it was sent to.
@dynamicMemberLookup struct Request: Sendable {
    let call: HTTPCall
    let address: HTTPAddress

    subscript<T>(dynamicMember path: KeyPath<HTTPCall, T>) -> T { call[keyPath: path] }

    /// As it stands in the request line.
    var target: String { address.basePath + call.target }
    var path: String { String(target.prefix { $0 != "?" }) }
    var query: String { String(target.drop { $0 != "?" }.dropFirst()) }
    var text: String { String(decoding: call.body, as: UTF8.self) }

    func header(_ name: String) -> String? { call.headers.first { $0.name == name }?.value }

    /// Names and values as they are in the query or in the form.
    var fields: [String: String] {
        var fields: [String: String] = [:]
        for pair in (call.method == "GET" ? query : text).split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            fields[sides[0]] = sides.count > 1 ? sides[1] : ""
        }
        return fields
    }
}
