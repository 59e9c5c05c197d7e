import CofferBase
import CofferJSON
import Synchronization
import WebClient

/// A service in place of the network: keeps what it is asked, and answers what a test says.
final class ServiceStub: Sendable {
    private let requests = Mutex<[WebRequest]>([])
    private let respond: @Sendable (WebRequest, Int) throws(WebFailure) -> WebAnswer

    /// - Parameter respond: gets the request and how many came before it.
    init(_ respond: @escaping @Sendable (WebRequest, Int) throws(WebFailure) -> WebAnswer) { self.respond = respond }

    var sender: WebSender {
        { (request) async throws(WebFailure) in
            let count = self.requests.withLock { requests in
                requests.append(request)
                return requests.count - 1
            }
            return try self.respond(request, count)
        }
    }

    var seen: [WebRequest] { requests.withLock { $0 } }
}

extension WebAnswer {
    static func json(_ json: JSON, status: Int = 200) -> WebAnswer {
        WebAnswer(status: status, body: json.serialized())
    }
}

extension WebRequest {
    var path: String { String(target.prefix { $0 != "?" }) }
    var query: String { String(target.drop { $0 != "?" }.dropFirst()) }
    var text: String { String(decoding: body, as: UTF8.self) }

    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    /// Names and values as they are in the query or in the form.
    var fields: [String: String] {
        var fields: [String: String] = [:]
        for pair in (method == "GET" ? query : text).split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            fields[sides[0]] = sides.count > 1 ? sides[1] : ""
        }
        return fields
    }
}
