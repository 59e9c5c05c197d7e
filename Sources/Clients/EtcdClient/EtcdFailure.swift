/// Why etcd did not do what was asked; the text names no values.
package struct EtcdFailure: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Kind: Sendable, Equatable {
        /// Nobody was asked: no server could be reached.
        case unreachable
        /// The connection was lost, or there was no answer in time: it may have been done, or may be done yet.
        case lost
        /// A server answered that it cannot do it now; it may have been done all the same.
        case unavailable
        /// A server refused it, with this gRPC status; nothing was done.
        case refused(Int)
        /// The answer is not what the protocol allows, or larger than anything that was asked for.
        case malformed
    }

    package let kind: Kind
    package let text: String

    package init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }

    package var description: String { text }

    /// From the status that ends a call. What stands in the message is etcd's own text.
    init(status: Int, message: String) {
        let text = message.isEmpty ? "gRPC status \(status)" : String(message.prefix(300))
        switch status {
        case Self.cancelled, Self.unknown, Self.deadlineExceeded, Self.aborted, Self.internalError, Self.unavailable:
            self.init(.unavailable, text)
        default: self.init(.refused(status), text)
        }
    }

    private static let (cancelled, unknown, deadlineExceeded, aborted, internalError, unavailable) = (
        1, 2, 4, 10, 13, 14
    )
    static let failedPrecondition = 9
    package static let outOfRange = 11
    package static let dataLoss = 15

    /// The token of the session is not known, or was made before the accounts were changed.
    var wantsNewToken: Bool {
        kind == .refused(16) || (kind == .refused(3) && text.contains("revision of auth store is old"))
    }

    /// Another server may do better.
    var isOfThisServer: Bool {
        switch kind {
        case .refused: false
        default: true
        }
    }
}
