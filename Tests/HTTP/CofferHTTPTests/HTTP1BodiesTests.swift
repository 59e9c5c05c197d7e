import CofferBase
import NIOCore
import Testing

@testable import CofferHTTP

/// How bodies come in over HTTP/1.1.
@Suite struct HTTP1BodiesTests {
    /// More than the buffers of the system hold on both sides of a connection.
    private static let large = Payload.make(16 << 20)

    @Test("a chunked body arrives whole, without its framing and its trailers")
    func chunked() async throws {
        try await ServerUnderTest.run { server in
            let wire = try await server.connect()
            try await wire.send("PUT /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n")
            for part in ["3\r\nabc\r\n", "A;ext=1\r\n0123", "456789\r", "\n0\r\nX-Trailer: v\r\n", "\r\n"] {
                try await wire.send(part)
            }
            #expect(try await wire.answer().text == "PUT /x abc0123456789")
            try await wire.send("GET /y HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await wire.answer().text == "GET /y ")
            try await wire.close()
        }
    }

    @Test("a client that waits is told to go on when the handler wants the body")
    func wanted() async throws {
        try await ServerUnderTest.run { server in
            let wire = try await server.connect()
            try await wire.send("PUT /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
            #expect(try await wire.answer().head == "HTTP/1.1 100 Continue\r\n\r\n")
            try await wire.send("abc")
            let answer = try await wire.answer()
            #expect(answer.status == 200)
            #expect(answer.text == "PUT /x abc")
            try await wire.send("GET /y HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await wire.answer().text == "GET /y ")
            try await wire.close()
        }
    }

    @Test("a client that waits is not told to go on when nobody wants the body")
    func unwanted() async throws {
        try await ServerUnderTest.run(handler: { _ in HTTPResponse(status: 403) }) { server in
            let wire = try await server.connect()
            try await wire.send("PUT /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
            let answer = try await wire.answer()
            #expect(answer.status == 403)
            #expect(answer["connection"] == "close")
            #expect(try await wire.rest() == "")
        }
    }

    @Test("HTTP/1.0 knows no 100")
    func oldExpectation() async throws {
        try await ServerUnderTest.run { server in
            let wire = try await server.connect()
            try await wire.send("PUT /x HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc")
            #expect(try await wire.answer().text == "PUT /x abc")
        }
    }

    @Test("a body ahead of its handler stops being read, and is whole in the end", arguments: [true, false])
    func ahead(isChunked: Bool) async throws {
        let gate = Gate()
        let begun = Sightings<HTTPBody>()
        let handler: HTTPHandler = { request in
            if request.path == "/turn" { return HTTPResponse(status: 204) }
            begun.note(request.body)
            await gate.pass()
            return await Handlers.echo(request)
        }
        try await ServerUnderTest.run(threads: 1, { $0.maximumBuffered = 100_000 }, handler: handler) { server in
            let wire = try await server.connect()
            let size = Self.large.count
            let framing =
                isChunked
                ? "Transfer-Encoding: chunked\r\n\r\n\(String(size, radix: 16))\r\n" : "Content-Length: \(size)\r\n\r\n"
            wire.post(Array("PUT /x HTTP/1.1\r\nHost: a\r\n\(framing)".utf8))
            wire.post(Self.large)
            if isChunked { wire.post(Array("\r\n0\r\n\r\n".utf8)) }
            let body = try #require(await begun.next())
            try await server.passTime(turns: 200)
            // The limit, and what one turn of the event loop reads at most.
            #expect(body.unwanted < 4_000_000)
            gate.open()
            let answer = try await wire.answer()
            #expect(Payload.isEqual(answer.body, "PUT /x ", Self.large))
            try await wire.send("GET /y HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(try await wire.answer().text == "GET /y ")
        }
    }

    @Test("a body above the limit is refused; the refusal reaches a client that still sends, then the connection ends")
    func tooLarge() async throws {
        try await ServerUnderTest.run(handler: Handlers.echo(limit: 1000)) { server in
            let wire = try await server.connect()
            wire.post(Array("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: \(Self.large.count)\r\n\r\n".utf8))
            wire.post(Self.large)
            let answer = try await wire.answer()
            #expect(answer.status == 413)
            #expect(answer.text == "refused")
            #expect(answer["connection"] == "close")
            #expect(try await wire.rest() == "")
        }
    }

    @Test("a chunked body is refused as soon as it is above the limit")
    func growing() async throws {
        try await ServerUnderTest.run(handler: Handlers.echo(limit: 1000)) { server in
            let wire = try await server.connect()
            try await wire.send("PUT /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
            try await wire.send("3e9\r\n" + String(repeating: "x", count: 1001))
            #expect(try await wire.answer().status == 413)
            #expect(try await wire.rest() == "")
        }
    }

    @Test("a body that breaks its framing is told to the handler, and the connection ends")
    func broken() async throws {
        try await ServerUnderTest.run { server in
            let wire = try await server.connect()
            try await wire.send("PUT /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n")
            #expect(try await wire.answer().status == 400)
            #expect(try await wire.rest() == "")
        }
    }

    @Test("a client that goes away in its body is told to the handler, and its connection is freed")
    func disappears() async throws {
        let failures = Sightings<HTTPBodyError>()
        let handler: HTTPHandler = { request in
            do throws(HTTPBodyError) {
                _ = try await request.body.collect(limit: 100)
            } catch {
                failures.note(error)
            }
            return HTTPResponse(status: 200)
        }
        try await ServerUnderTest.run({ $0.maximumConnections = 1 }, handler: handler) { server in
            let wire = try await server.connect()
            try await wire.send("PUT /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n")
            _ = try await wire.answer()
            try await wire.send("abc")
            try await wire.close()
            #expect(await failures.next() == .disconnected)
            #expect(try await server.isServed(within: 100))
        }
    }
}
