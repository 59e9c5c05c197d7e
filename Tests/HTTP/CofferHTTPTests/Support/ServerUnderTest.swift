import CofferBase
import NIOCore
import NIOPosix
import Synchronization

@testable import CofferHTTP

/// A server with one listener, for the time of a test.
struct ServerUnderTest: Sendable {
    let server: HTTPServer
    let port: Int

    /// Runs `test` against `handler`; `change` sets the listener up.
    static func run<R>(
        threads: Int = 2, _ change: (inout ListenerConfiguration) -> Void = { _ in },
        handler: @escaping HTTPHandler = Handlers.echo, _ test: (ServerUnderTest) async throws -> R
    ) async throws -> R {
        let server = HTTPServer(threads: threads, clock: SystemClock())
        do {
            var listener = ListenerConfiguration(address: .tcp(host: "127.0.0.1", port: 0))
            // A busy machine is slow; tests of the time for heads set their own.
            listener.headerTimeout = .seconds(90)
            change(&listener)
            let port = try await server.listen(listener, handler: handler)
            let result = try await test(ServerUnderTest(server: server, port: port))
            await server.shutdown()
            return result
        } catch {
            await server.shutdown()
            throw error
        }
    }

    func connect(saying first: String = "", isReading: Bool = true) async throws -> Wire {
        try await Wire.connect(port: port, saying: Array(first.utf8), isReading: isReading)
    }

    /// Whether a request is answered on one of so many new connections.
    func isServed(within attempts: Int) async throws -> Bool {
        for _ in 0..<attempts {
            let wire = try await connect()
            // A connection that is turned away may be gone before the request is written.
            try? await wire.send("GET /served HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            if try await wire.rest().hasPrefix("HTTP/1.1 200") { return true }
        }
        return false
    }

    /// Turns of the server's event loops, so that it has had the time to do what it should not.
    func passTime(turns: Int) async throws {
        let wire = try await connect()
        for _ in 0..<turns {
            try await wire.send("GET /turn HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await wire.answer()
        }
        try await wire.close()
    }
}

enum Handlers {
    /// `METHOD path body`; 413 for a body of more than 64 MiB, 400 when it ends too early.
    static let echo = echo(limit: 64 << 20)

    static func echo(limit: Int) -> HTTPHandler {
        { request in
            do throws(HTTPBodyError) {
                let body = try await request.body.collect(limit: limit)
                return HTTPResponse(status: 200, body: Array("\(request.method) \(request.path) ".utf8) + body)
            } catch {
                return HTTPResponse(status: error == .tooLarge ? 413 : 400, body: Array("refused".utf8))
            }
        }
    }
}

/// Closed until it is opened, once and for all.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func open() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            state.isOpen = true
            return state.waiting
        }
        for waiter in waiting { waiter.resume() }
    }

    func pass() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }
}

/// What handlers saw, in order; a test can wait for it.
final class Sightings<Seen: Sendable>: Sendable {
    private let seen = Mutex<[Seen]>([])
    private let stream: AsyncStream<Seen>
    private let continuation: AsyncStream<Seen>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    func note(_ one: Seen) {
        seen.withLock { $0.append(one) }
        continuation.yield(one)
    }

    var all: [Seen] { seen.withLock { $0 } }

    /// The next that was not waited for before; nil when none comes.
    func next() async -> Seen? {
        let silence = MultiThreadedEventLoopGroup.singleton.next().scheduleTask(in: .seconds(90)) { [continuation] in
            continuation.finish()
        }
        defer { silence.cancel() }
        for await one in stream { return one }
        return nil
    }
}
