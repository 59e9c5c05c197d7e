internal import ClientTLS
internal import CofferBase
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// A cluster of etcd servers, of which one is asked at a time: the next one when it is gone or cannot answer.
package final class EtcdClient: Sendable {
    private struct State {
        var endpoints: [EtcdEndpoint]
        /// Index of the server that is asked.
        var place = 0
        var current: EventLoopFuture<EtcdConnection>?
        /// Grows with each connection; tells a caller's broken one from its successor.
        var generation: UInt64 = 0
        var token: String?
        var isClosed = false
    }

    private let settings: EtcdSettings
    private let context: NIOSSLContext?
    private let state: Mutex<State>

    /// Reads the TLS files; connects when first asked. Blocks.
    package init(_ settings: EtcdSettings) throws(EtcdFailure) {
        guard !settings.endpoints.isEmpty else { throw EtcdFailure(.unreachable, "no server is named") }
        self.settings = settings
        state = Mutex(State(endpoints: settings.endpoints))
        do {
            context =
                settings.endpoints.contains { $0.isSecure } ? try settings.trust.context(protocols: ["h2"]) : nil
        } catch {
            throw EtcdFailure(.unreachable, "\(error)")
        }
    }

    /// Asks these servers too, when those before them are gone.
    package func add(_ endpoints: [EtcdEndpoint]) {
        state.withLock { state in
            for endpoint in endpoints where !state.endpoints.contains(endpoint) { state.endpoints.append(endpoint) }
        }
    }

    private var servers: Int { state.withLock { $0.endpoints.count } }

    /// Ends the connection, and with it the calls on it; later ones fail.
    package func close() {
        let current = state.withLock { state in
            state.isClosed = true
            defer { state.current = nil }
            return state.current
        }
        current?.whenSuccess { $0.close() }
    }

    /// Sends one message and returns the one that answers it.
    /// - Parameter isRepeatable: doing it twice does no harm, so it is asked again elsewhere when the outcome is unknown.
    func send(
        _ method: String, _ message: ProtobufMessage, isRepeatable: Bool, within limit: Duration? = nil
    ) async throws(EtcdFailure) -> ProtobufMessage {
        let call = EtcdCall(method: method, message: message.encoded())
        let deadline = Deadline(in: limit ?? settings.callLimit)
        var hasNewToken = false
        var roundLeft = servers
        while true {
            do throws(EtcdFailure) {
                return try await attempt(call, deadline)
            } catch {
                if deadline.hasPassed { throw error }
                if error.wantsNewToken, !hasNewToken, !settings.username.isEmpty {
                    hasNewToken = true
                    state.withLock { $0.token = nil }
                    continue
                }
                guard error.kind == .unreachable || (isRepeatable && error.isOfThisServer) else { throw error }
                roundLeft -= 1
                if roundLeft >= 0 { continue }
                // All were asked. Where servers answer, they are looking for a leader among them: that takes a moment.
                guard error.kind != .unreachable, deadline.remaining > Self.pause else { throw error }
            }
            try? await Task.sleep(for: Self.pause)
            roundLeft = servers
        }
    }

    private static let pause: Duration = .milliseconds(100)

    private func attempt(
        _ call: EtcdCall, _ deadline: Deadline
    ) async throws(EtcdFailure) -> ProtobufMessage {
        let (connection, generation) = try await connection()
        // Where there are others, one that says nothing is not waited for until the end.
        let share = servers > 1 ? 2 : 1
        do throws(EtcdFailure) {
            let token = try await token(connection, deadline)
            let answer = try await connection.unary(call, token: token, within: deadline.remaining / share)
            guard let message = ProtobufMessage(answer) else {
                throw EtcdFailure(.malformed, "the answer is not a message of etcd")
            }
            return message
        } catch {
            // A server that answers, and is the only one, is asked again over the same connection.
            if error.isOfThisServer, error.kind != .unavailable || servers > 1 { drop(generation) }
            throw error
        }
    }

    /// A call that lasts: each message of the answer is given to the receiver, until it ends.
    func open(_ method: String, _ message: ProtobufMessage, _ receiver: EtcdExchange.Receiver) async throws(EtcdFailure)
    {
        let call = EtcdCall(method: method, message: message.encoded())
        let (connection, _) = try await connection()
        let token = try await token(connection, Deadline(in: settings.callLimit))
        connection.start(call, token: token, within: nil, receiver)
    }

    // MARK: connections

    private func connection() async throws(EtcdFailure) -> (EtcdConnection, generation: UInt64) {
        for _ in 0..<2 {
            let found = state.withLock { state -> (EventLoopFuture<EtcdConnection>, UInt64)? in
                if state.isClosed { return nil }
                if let current = state.current { return (current, state.generation) }
                state.generation += 1
                let made = connect(state.endpoints, from: state.place, tries: state.endpoints.count)
                state.current = made
                return (made, state.generation)
            }
            guard let (made, generation) = found else { throw EtcdFailure(.unreachable, "the client is closed") }
            do {
                let connection = try await made.get()
                if connection.isActive { return (connection, generation) }
                drop(generation)
            } catch {
                drop(generation)
                throw error as? EtcdFailure ?? EtcdFailure(.unreachable, "nobody answers")
            }
        }
        throw EtcdFailure(.unreachable, "the connection was lost")
    }

    /// The first server that answers, from `place` on.
    private func connect(
        _ endpoints: [EtcdEndpoint], from place: Int, tries: Int
    ) -> EventLoopFuture<EtcdConnection> {
        let endpoint = endpoints[place]
        let made = EtcdConnection.connect(
            to: endpoint, endpoint.isSecure ? context : nil, serverName: settings.trust.serverName,
            within: settings.connectLimit)
        if tries <= 1 { return made }
        return made.flatMapError { [self] _ in
            let next = (place + 1) % endpoints.count
            return made.eventLoop.flatSubmit { [self] in
                // Not while the state may be locked by who asked first.
                state.withLock { $0.place = next }
                return connect(endpoints, from: next, tries: tries - 1).hop(to: made.eventLoop)
            }
        }
    }

    /// The next call goes to the next server, over another connection.
    private func drop(_ generation: UInt64) {
        let dropped = state.withLock { state -> EventLoopFuture<EtcdConnection>? in
            guard state.generation == generation, let current = state.current else { return nil }
            state.current = nil
            state.place = (state.place + 1) % state.endpoints.count
            return current
        }
        // Its other calls learn now that they are lost, instead of waiting for their time to pass.
        dropped?.whenSuccess { $0.close() }
    }

    // MARK: the account

    /// Nil when there is no account, or the server asks for none.
    private func token(_ connection: EtcdConnection, _ deadline: Deadline) async throws(EtcdFailure) -> String? {
        if settings.username.isEmpty { return nil }
        if let token = state.withLock({ $0.token }) { return token.isEmpty ? nil : token }
        var message = ProtobufMessage()
        message.add(1, settings.username)
        message.add(2, settings.password)
        let call = EtcdCall(method: "Auth/Authenticate", message: message.encoded())
        var token = ""
        do throws(EtcdFailure) {
            let answer = try await connection.unary(call, token: nil, within: deadline.remaining)
            token = ProtobufMessage(answer)?.bytes(2).map { String(decoding: $0, as: UTF8.self) } ?? ""
        } catch {
            // Accounts are not switched on.
            guard error.kind == .refused(EtcdFailure.failedPrecondition) else { throw error }
        }
        let made = token
        state.withLock { $0.token = made }
        return token.isEmpty ? nil : token
    }
}
