import CofferFramework
import NIOCore
import Testing

@testable import CofferHTTP

/// `max_request_duration`: a request that takes too long is answered, and what it does goes on.
@Suite struct RequestTimeoutTests {
    private static let text = #"{"errors":["1 error occurred:\n\t* context deadline exceeded\n\n"]}"# + "\n"

    @Test("over HTTP/1.1 the client gets Vault's error, and the connection ends")
    func http1() async throws {
        let (gate, done) = (Gate(), Sightings<String>())
        try await ServerUnderTest.run({ $0.requestTimeout = .milliseconds(50) }, handler: Self.handler(gate, done)) {
            server in
            let wire = try await server.connect(saying: "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
            let answer = try await wire.answer()
            #expect(answer.status == 500)
            #expect(answer.text == Self.text)
            #expect(answer["connection"] == "close")
            gate.open()
            #expect(await done.next() == "/slow")
            #expect(try await wire.rest().isEmpty)
        }
    }

    @Test("over HTTP/2 the stream gets it, and the connection serves on")
    func http2() async throws {
        let (gate, done) = (Gate(), Sightings<String>())
        try await ServerUnderTest.run({ $0.requestTimeout = .milliseconds(200) }, handler: Self.handler(gate, done)) {
            server in
            let client = try await HTTP2Client.connect(port: server.port)
            let answer = try await client.ask("GET", "/slow")
            #expect(answer.status == "500")
            #expect(answer.text == Self.text)
            gate.open()
            #expect(await done.next() == "/slow")
            #expect(try await client.ask("GET", "/fast").text == "GET /fast ")
            try await client.close()
        }
    }

    @Test("a stream may take longer")
    func stream() async throws {
        let gate = Gate()
        let handler: HTTPHandler = { _ in
            var response = HTTPResponse(status: 200)
            let pieces = Sightings<Int>()
            response.stream = .init {
                pieces.note(0)
                if pieces.all.count > 1 { return nil }
                await gate.pass()
                return Array("late".utf8)
            }
            return response
        }
        try await ServerUnderTest.run({ $0.requestTimeout = .milliseconds(20) }, handler: handler) { server in
            let wire = try await server.connect(saying: "GET /s HTTP/1.0\r\n\r\n")
            _ = try await wire.answer()
            wire.channel.eventLoop.scheduleTask(in: .milliseconds(100)) { gate.open() }
            #expect(try await wire.rest() == "late")
        }
    }

    private static func handler(_ gate: Gate, _ done: Sightings<String>) -> HTTPHandler {
        { request in
            guard request.path == "/slow" else { return await Handlers.echo(request) }
            await gate.pass()
            done.note(request.path)
            return HTTPResponse(status: 200, body: Array("late".utf8))
        }
    }
}
