package import CofferBase
internal import CofferFramework
internal import Synchronization

/// The requests that are being served now.
package final class InFlight: Sendable {
    package struct Entry: Sendable {
        package let id: String
        package let startTime: Timestamp
        fileprivate let origin: Origin
        fileprivate let canonicalPath: CanonicalPath
        package let method: String

        package var path: String { "/v1/" + canonicalPath.text }
        package var remoteAddress: String {
            origin.remoteAddress.isEmpty ? "" : "\(origin.remoteAddress):\(origin.remotePort)"
        }
    }

    private let requests = Mutex<[String: Entry]>([:])

    init() {}

    func begin(_ id: String, _ incoming: IncomingRequest, at now: Timestamp) {
        let entry = Entry(
            id: id, startTime: now, origin: incoming.origin, canonicalPath: incoming.path, method: incoming.method.name)
        requests.withLock { $0[id] = entry }
    }

    func end(_ id: String) { requests.withLock { _ = $0.removeValue(forKey: id) } }

    /// In order of their start.
    package var entries: [Entry] { requests.withLock { Array($0.values) }.sorted { $0.startTime < $1.startTime } }
    package var count: Int { requests.withLock { $0.count } }
}

extension IncomingRequest.Method {
    var name: String {
        switch self {
        case .get: "GET"
        case .post: "PUT"
        case .patch: "PATCH"
        case .delete: "DELETE"
        case .list: "LIST"
        case .scan: "SCAN"
        case .help: "HELP"
        }
    }
}
