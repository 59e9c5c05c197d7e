/// Why bytes did not get through; the reason holds none of them.
package struct SocketFailure: Error, Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        /// The other end is not there, or no longer.
        case broken
        case timedOut
        /// More than one datagram can hold.
        case tooLarge
    }

    package let kind: Kind
    package let reason: String

    package init(_ kind: Kind, _ reason: String) {
        self.kind = kind
        self.reason = reason
    }

    static let timeout = SocketFailure(.timedOut, "the other end did not take the bytes in time")
}
