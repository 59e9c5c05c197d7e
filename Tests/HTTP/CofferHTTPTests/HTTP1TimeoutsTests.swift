import CofferBase
import NIOCore
import Testing

@testable import CofferHTTP

/// How long a client may take; here the time itself is under test.
@Suite struct HTTP1TimeoutsTests {
    private static let short = TimeAmount.milliseconds(200)

    @Test("a head that never ends is cut", arguments: ["", "P", "GET / HT", "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "])
    func header(beginning: String) async throws {
        try await ServerUnderTest.run({ $0.headerTimeout = Self.short }) { server in
            let wire = try await server.connect(saying: beginning)
            #expect(try await wire.rest() == "")
        }
    }

    @Test("a head that comes a byte at a time is cut too", arguments: [false, true])
    func drippingHeader(isSecond: Bool) async throws {
        try await ServerUnderTest.run({ $0.headerTimeout = Self.short }) { server in
            let whole = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
            let slow = "GET / HTTP/1.1\r\nX-Slow: "
            let wire = try await server.connect(saying: isSecond ? whole : slow)
            if isSecond {
                #expect(try await wire.answer().status == 200)
                try await wire.send(slow)
            }
            wire.drip(UInt8(ascii: "x"), every: .milliseconds(20))
            #expect(try await wire.rest() == "")
        }
    }

    @Test("a head that begins behind another request has no more time than any other")
    func pipelinedHeader() async throws {
        try await ServerUnderTest.run({ $0.headerTimeout = Self.short }) { server in
            let wire = try await server.connect(saying: "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HT")
            #expect(try await wire.answer().status == 200)
            #expect(try await wire.rest() == "")
        }
    }

    @Test("a body that stops is cut, and its handler told", arguments: [false, true])
    func read(isDripping: Bool) async throws {
        let failures = Sightings<HTTPBodyError?>()
        let handler: HTTPHandler = { request in
            do throws(HTTPBodyError) {
                _ = try await request.body.collect(limit: 10_000)
                failures.note(nil)
            } catch {
                failures.note(error)
            }
            return HTTPResponse(status: 200)
        }
        try await ServerUnderTest.run({ $0.readTimeout = Self.short }, handler: handler) { server in
            let wire = try await server.connect()
            try await wire.send("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 10000\r\n\r\nabc")
            if isDripping { wire.drip(UInt8(ascii: "x"), every: .milliseconds(20)) }
            #expect(await failures.next() == .disconnected)
            #expect(try await wire.rest() == "")
        }
    }

    @Test("a connection without a request is closed in the end")
    func idle() async throws {
        try await ServerUnderTest.run({ $0.idleTimeout = Self.short }) { server in
            let wire = try await server.connect()
            try await wire.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await wire.answer().status == 200)
            #expect(try await wire.rest() == "")
        }
    }

    @Test("an answer may take longer than all of these times")
    func slowAnswer() async throws {
        let gate = Gate()
        let begun = Sightings<String>()
        let handler: HTTPHandler = { request in
            begun.note(request.path)
            if request.path == "/slow" { await gate.pass() }
            return await Handlers.echo(request)
        }
        let change: (inout ListenerConfiguration) -> Void = { listener in
            (listener.headerTimeout, listener.readTimeout, listener.idleTimeout) = (Self.short, Self.short, Self.short)
        }
        try await ServerUnderTest.run(change, handler: handler) { server in
            let wire = try await server.connect(
                saying: "PUT /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")
            #expect(await begun.next() == "/slow")
            // Another connection, begun later, is cut: the times have passed.
            let other = try await server.connect(saying: "GET / HT")
            #expect(try await other.rest() == "")
            gate.open()
            #expect(try await wire.answer().text == "PUT /slow x")
        }
    }

    @Test("a client that never takes the last answer does not keep its connection")
    func untaken() async throws {
        let body = [UInt8](repeating: 120, count: 32 << 20)
        let change: (inout ListenerConfiguration) -> Void = { listener in
            listener.idleTimeout = Self.short
            listener.maximumConnections = 1
        }
        let begun = Sightings<String>()
        let handler: HTTPHandler = { request in
            begun.note(request.path)
            return HTTPResponse(status: 200, body: request.path == "/big" ? body : [])
        }
        try await ServerUnderTest.run(change, handler: handler) { server in
            let wire = try await server.connect(
                saying: "GET /big HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", isReading: false)
            #expect(await begun.next() == "/big")
            #expect(try await server.isServed(within: 10_000))
            try? await wire.close()
        }
    }
}
