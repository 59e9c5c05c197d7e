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

    /// Says which request ends.
    struct Ticket { fileprivate let number: UInt64 }

    private struct Requests {
        var entries: [UInt64: Entry] = [:]
        var begun: UInt64 = 0
    }

    private let requests = Mutex(Requests())

    init() {}

    func begin(_ id: String, _ incoming: IncomingRequest, at now: Timestamp) -> Ticket {
        let entry = Entry(
            id: id, startTime: now, origin: incoming.origin, canonicalPath: incoming.path, method: incoming.method.name)
        return requests.withLock { requests in
            requests.begun += 1
            requests.entries[requests.begun] = entry
            return Ticket(number: requests.begun)
        }
    }

    func end(_ ticket: Ticket) {
        // Handed out, so that nobody waits while it is let go.
        _ = requests.withLock { $0.entries.removeValue(forKey: ticket.number) }
    }

    /// In order of their start.
    package var entries: [Entry] {
        requests.withLock { Array($0.entries.values) }.sorted { $0.startTime < $1.startTime }
    }
    package var count: Int { requests.withLock { $0.entries.count } }
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
