package import CofferBase
internal import Synchronization

/// A connection that is kept, and made anew when it broke. Used by one thread at a time.
package final class SocketLink: Sendable {
    package enum Target: Sendable {
        case host(String, port: UInt16, Endpoint.Kind)
        /// Whichever of them can be connected to first.
        case unix([Endpoint])
    }

    private struct State {
        var endpoints: [Endpoint] = []
        var socket: OpenSocket?
    }

    private let target: Target
    private let state = Mutex(State())

    package init(_ target: Target) { self.target = target }

    /// Looks up the host's addresses (which no deadline bounds) and connects.
    package func prepare(before deadline: () -> Deadline) throws(SocketFailure) {
        let endpoints: [Endpoint]
        switch target {
        case .host(let name, let port, let kind): endpoints = try Endpoint.lookUp(host: name, port: port, kind)
        case .unix(let paths): endpoints = paths
        }
        state.withLock { $0 = State(endpoints: endpoints, socket: nil) }
        let socket = try connect(before: deadline())
        state.withLock { $0.socket = socket }
    }

    /// Runs `body` with the connection; once more with a new one when a kept one turns out to be broken.
    ///
    /// After a failure the connection is given up, because nobody knows how much has left.
    package func use(
        before deadline: Deadline, _ body: (OpenSocket) throws(SocketFailure) -> Void
    ) throws(SocketFailure) {
        // Out of the state while in use: a failure leaves nothing behind.
        let kept = state.withLock { state in
            defer { state.socket = nil }
            return state.socket
        }
        if let kept, !kept.isAbandoned {
            do throws(SocketFailure) {
                try body(kept)
                state.withLock { $0.socket = kept }
                return
            } catch {
                if error.kind == .tooLarge { state.withLock { $0.socket = kept } }
                guard error.kind == .broken else { throw error }
            }
        }
        let socket = try connect(before: deadline)
        try body(socket)
        state.withLock { $0.socket = socket }
    }

    /// Closes the connection; the next use makes a new one.
    package func drop() { state.withLock { $0.socket = nil } }

    private func connect(before deadline: Deadline) throws(SocketFailure) -> OpenSocket {
        var failure = SocketFailure(.broken, "its address is not known yet")
        for endpoint in state.withLock({ $0.endpoints }) {
            do throws(SocketFailure) {
                return try OpenSocket(endpoint, before: deadline)
            } catch {
                failure = error
            }
        }
        throw failure
    }
}
