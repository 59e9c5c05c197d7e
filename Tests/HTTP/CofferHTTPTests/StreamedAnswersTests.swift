import CofferFramework
import NIOCore
import Synchronization
import Testing

@testable import CofferHTTP

/// Answers whose body is made while it is sent, over HTTP/1.1 (RFC 9112, 7.1) and HTTP/2.
@Suite struct StreamedAnswersTests {
    @Test("each piece leaves as a chunk when it is made, and the connection serves on")
    func chunks() async throws {
        let source = Pieces(["one", "", "three"], isGated: true)
        try await ServerUnderTest.run(handler: source.handler) { server in
            let wire = try await server.connect(saying: "GET /s HTTP/1.1\r\nHost: a\r\n\r\n")
            let head = try await wire.answer()
            #expect(head.status == 200)
            #expect(head["transfer-encoding"] == "chunked")
            #expect(head["content-length"] == nil)
            source.gate.open()
            #expect(try await wire.bytes(21) == Array("3\r\none\r\n5\r\nthree\r\n0\r\n".utf8))
            #expect(try await wire.bytes(2) == Array("\r\n".utf8))
            #expect(await source.closed.next() == 1)
            try await wire.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await wire.answer().text == "GET /next ")
            try await wire.close()
        }
    }

    @Test("HTTP/1.0 gets the bytes as they are, up to the end of the connection")
    func old() async throws {
        let source = Pieces(["one", "two"])
        try await ServerUnderTest.run(handler: source.handler) { server in
            let wire = try await server.connect(saying: "GET /s HTTP/1.0\r\n\r\n")
            #expect(try await wire.answer()["transfer-encoding"] == nil)
            #expect(try await wire.rest() == "onetwo")
        }
    }

    @Test("HEAD asks for no piece")
    func head() async throws {
        let source = Pieces(["one"])
        try await ServerUnderTest.run(handler: source.handler) { server in
            let wire = try await server.connect(saying: "HEAD /s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(try await wire.answer(toHEAD: true)["transfer-encoding"] == "chunked")
            #expect(try await wire.rest().isEmpty)
            #expect(source.asked == 0)
        }
    }

    @Test("a stream that fails is broken off, so that its part cannot pass for the whole")
    func failure() async throws {
        let source = Pieces(["one"], fails: true)
        try await ServerUnderTest.run(handler: source.handler) { server in
            let wire = try await server.connect(saying: "GET /s HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await wire.answer()
            #expect(try await wire.rest() == "3\r\none\r\n")
            let client = try await HTTP2Client.connect(port: server.port)
            let answer = try await client.ask("GET", "/s")
            #expect(answer.text == "one")
            #expect(!answer.isWhole)
            try await client.close()
        }
    }

    @Test("a client that leaves ends the stream that waits for its next piece")
    func leaving() async throws {
        let source = Pieces(["one"], isGated: true)
        try await ServerUnderTest.run(handler: source.handler) { server in
            let wire = try await server.connect(saying: "GET /s HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await wire.answer()
            try await wire.close()
            #expect(await source.closed.next() == 1)
            let client = try await HTTP2Client.connect(port: server.port)
            let exchange = try await client.open("GET", "/s", endStream: true)
            #expect(await source.begun.next() == 1)
            #expect(await source.begun.next() == 2)
            exchange.reset()
            #expect(await source.closed.next() == 2)
            source.gate.open()
            try await client.close()
        }
    }

    @Test("a client that takes nothing is sent no more than its connection holds, and dropped")
    func slow() async throws {
        let source = Pieces([], repeating: [UInt8](repeating: 7, count: 1 << 20))
        try await ServerUnderTest.run({ $0.readTimeout = .milliseconds(300) }, handler: source.handler) { server in
            let wire = try await server.connect(saying: "GET /s HTTP/1.1\r\nHost: a\r\n\r\n", isReading: false)
            #expect(await source.closed.next() == 1)
            #expect(source.asked < 64)
            try await wire.close()
        }
    }

    @Test("over HTTP/2 the pieces are DATA frames, and the last one ends the stream")
    func http2() async throws {
        let large = String(repeating: "x", count: 300_000)
        let source = Pieces(["one", large, "", "three"])
        try await ServerUnderTest.run(handler: source.handler) { server in
            let client = try await HTTP2Client.connect(port: server.port)
            let answer = try await client.ask("GET", "/s")
            #expect(answer.status == "200")
            #expect(answer["content-length"] == nil)
            #expect(answer.text == "one" + large + "three")
            #expect(answer.isWhole)
            #expect(try await client.ask("GET", "/next").text == "GET /next ")
            try await client.close()
        }
    }
}

/// A source of pieces that counts who asks it and who closes it.
private final class Pieces: Sendable {
    struct Failure: Error {}

    let gate = Gate()
    /// How often a stream was asked for its first piece, and how often one was closed.
    let (begun, closed) = (Sightings<Int>(), Sightings<Int>())
    private let pieces: [String]
    private let endless: [UInt8]?
    private let fails: Bool
    private let count = Mutex((asked: 0, closed: 0))

    init(_ pieces: [String], repeating endless: [UInt8]? = nil, isGated: Bool = false, fails: Bool = false) {
        self.pieces = pieces
        self.endless = endless
        self.fails = fails
        if !isGated { gate.open() }
    }

    var asked: Int { count.withLock { $0.asked } }

    /// A stream at `/s`, an echo elsewhere.
    var handler: HTTPHandler {
        { [self] request in
            guard request.path == "/s" else { return await Handlers.echo(request) }
            var response = HTTPResponse(status: 200)
            response.stream = stream()
            return response
        }
    }

    private func stream() -> ByteStream {
        let place = Mutex(0)
        return ByteStream(close: { [self] in
            closed.note(
                count.withLock {
                    $0.closed += 1; return $0.closed
                })
        }) {
            [self] in
            let asked = count.withLock {
                $0.asked += 1; return $0.asked
            }
            let index = place.withLock {
                $0 += 1; return $0 - 1
            }
            if index == 0 { begun.note(asked) }
            await gate.pass()
            if index < pieces.count { return Array(pieces[index].utf8) }
            if fails { throw Failure() }
            return endless
        }
    }
}
