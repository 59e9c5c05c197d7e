import CofferBase
import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOSSL
import Testing

@testable import CofferHTTP

/// The same requests over HTTP/2 (RFC 9113).
@Suite struct HTTP2Tests {
    @Test("prior knowledge on a plain connection")
    func plain() async throws {
        let seen = Sightings<HTTPRequest>()
        let handler: HTTPHandler = { request in
            seen.note(request)
            return await Handlers.echo(request)
        }
        try await ServerUnderTest.run(handler: handler) { server in
            let client = try await HTTP2Client.connect(port: server.port)
            let answer = try await client.ask("LIST", "/v1/x?a=b", [("x-one", "1")], body: Array("abc".utf8))
            #expect(answer.status == "200")
            #expect(answer.text == "LIST /v1/x abc")
            #expect(answer["content-length"] == "14")
            #expect(answer["date"]?.hasSuffix(" GMT") == true)
            #expect(answer.reset == nil)
            let request = try #require(await seen.next())
            #expect(request.query == "a=b")
            #expect(request.fields["x-one"] == "1")
            #expect(request.fields["host"] == "a")
            #expect(request.connection.remoteAddress == "127.0.0.1")
            #expect(!request.connection.isTLS)
            try await client.close()
        }
    }

    @Test("ALPN on a TLS connection, with the certificate of the client")
    func tls() async throws {
        let files = try TLSFiles()
        defer { files.remove() }
        let context = try files.context()
        let seen = Sightings<ConnectionInfo>()
        let handler: HTTPHandler = { request in
            seen.note(request.connection)
            return await Handlers.echo(request)
        }
        try await ServerUnderTest.run({ $0.tls = context }, handler: handler) { server in
            let tls = try TLSFiles.client(protocols: ["h2", "http/1.1"], presenting: .client)
            let client = try await HTTP2Client.connect(port: server.port, tls: tls)
            #expect(try await client.ask("GET", "/x").text == "GET /x ")
            let info = try #require(await seen.next())
            #expect(info.isTLS)
            #expect(info.peerCertificates == [try TLSFiles.certificate(.client).toDERBytes()])
            try await client.close()
        }
    }

    @Test("many streams of one connection are served at the same time")
    func concurrent() async throws {
        let count = 50
        let gate = Gate()
        let begun = Sightings<String>()
        let handler: HTTPHandler = { request in
            begun.note(request.path)
            // None is answered before all have come.
            if begun.all.count == count { gate.open() }
            await gate.pass()
            return await Handlers.echo(request)
        }
        try await ServerUnderTest.run(handler: handler) { server in
            let client = try await HTTP2Client.connect(port: server.port)
            let texts = try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<count {
                    group.addTask { try await client.ask("PUT", "/\(number)", body: Array("\(number)".utf8)).text }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(texts == Set((0..<count).map { "PUT /\($0) \($0)" }))
            try await client.close()
        }
    }

    @Test("bodies larger than every window go in and out whole, while another stream is served")
    func flowControl() async throws {
        let gate = Gate()
        let handler: HTTPHandler = { request in
            if request.path == "/large" { await gate.pass() }
            return await Handlers.echo(request)
        }
        let body = Payload.make(4 << 20)
        try await ServerUnderTest.run(handler: handler) { server in
            let client = try await HTTP2Client.connect(port: server.port)
            let large = try await client.open("PUT", "/large", endStream: false)
            large.post(body, endStream: true)
            // The body that nobody has asked for yet does not keep the connection from others.
            #expect(try await client.ask("PUT", "/small", body: Array("abc".utf8)).text == "PUT /small abc")
            gate.open()
            let answer = try await large.end()
            #expect(answer.isWhole)
            #expect(answer["content-length"] == "\(body.count + 11)")
            #expect(Payload.isEqual(answer.body, "PUT /large ", body))
            try await client.close()
        }
    }

    @Test("a body ahead of its handler stops being read, and is whole in the end")
    func ahead() async throws {
        let gate = Gate()
        let begun = Sightings<HTTPBody>()
        let handler: HTTPHandler = { request in
            if request.path == "/turn" { return HTTPResponse(status: 204) }
            begun.note(request.body)
            await gate.pass()
            return await Handlers.echo(request)
        }
        let body = Payload.make(4 << 20)
        try await ServerUnderTest.run(threads: 1, { $0.maximumBuffered = 100_000 }, handler: handler) { server in
            let client = try await HTTP2Client.connect(port: server.port)
            let exchange = try await client.open("PUT", "/x", endStream: false)
            exchange.post(body, endStream: true)
            let received = try #require(await begun.next())
            for _ in 0..<100 where received.unwanted <= 100_000 { try await server.passTime(turns: 10) }
            #expect(received.unwanted > 100_000)
            try await server.passTime(turns: 100)
            // The limit, and the window of the stream (RFC 9113, 6.9.2) once more.
            #expect(received.unwanted < 300_000)
            gate.open()
            #expect(Payload.isEqual(try await exchange.end().body, "PUT /x ", body))
            try await client.close()
        }
    }

    @Test("an answer to HEAD has the length of the body and not the body, and 204 has neither")
    func withoutBody() async throws {
        let handler: HTTPHandler = { request in
            HTTPResponse(status: request.path == "/none" ? 204 : 200, body: Array("body".utf8))
        }
        try await ServerUnderTest.run(handler: handler) { server in
            let client = try await HTTP2Client.connect(port: server.port)
            let head = try await client.ask("HEAD", "/some")
            #expect(head["content-length"] == "4")
            #expect(head.body.isEmpty && head.isWhole)
            let none = try await client.ask("GET", "/none")
            #expect(none.status == "204")
            #expect(none["content-length"] == nil)
            #expect(none.body.isEmpty && none.isWhole)
            try await client.close()
        }
    }

    @Test("trailers end a request and are dropped")
    func trailers() async throws {
        let seen = Sightings<HTTPFields>()
        let handler: HTTPHandler = { request in
            let response = await Handlers.echo(request)
            seen.note(request.fields)
            return response
        }
        try await ServerUnderTest.run(handler: handler) { server in
            let client = try await HTTP2Client.connect(port: server.port)
            let exchange = try await client.open("PUT", "/x", endStream: false)
            try await exchange.send(Array("abc".utf8))
            try await exchange.sendTrailers([("x-trailer", "v"), ("x-vault-token", "t")])
            #expect(try await exchange.end().text == "PUT /x abc")
            let fields = try #require(await seen.next())
            #expect(fields["x-trailer"] == nil && fields["x-vault-token"] == nil)
            try await client.close()
        }
    }

    @Test("a stream that the client resets is told to the handler, and its connection goes on")
    func reset() async throws {
        let begun = Sightings<String>()
        let failures = Sightings<HTTPBodyError?>()
        let handler: HTTPHandler = { request in
            begun.note(request.path)
            do throws(HTTPBodyError) {
                _ = try await request.body.collect(limit: 100)
                failures.note(nil)
            } catch {
                failures.note(error)
            }
            return HTTPResponse(status: 204)
        }
        try await ServerUnderTest.run(handler: handler) { server in
            let client = try await HTTP2Client.connect(port: server.port)
            let exchange = try await client.open("PUT", "/x", endStream: false)
            try await exchange.send(Array("abc".utf8))
            #expect(await begun.next() == "/x")
            exchange.reset()
            #expect(await failures.next() == .disconnected)
            #expect(try await client.ask("GET", "/y").status == "204")
            try await client.close()
        }
    }

    @Test("a body above the limit is refused with a whole answer, and the rest of it with a reset that means no error")
    func tooLarge() async throws {
        try await ServerUnderTest.run(handler: Handlers.echo(limit: 1000)) { server in
            let client = try await HTTP2Client.connect(port: server.port)
            let exchange = try await client.open("PUT", "/x", endStream: false)
            exchange.post([UInt8](repeating: 120, count: 1 << 20), endStream: false)
            let answer = try await exchange.end()
            #expect(answer.status == "413")
            #expect(answer.text == "refused" && answer.isWhole)
            #expect(answer.reset == .noError)
            #expect(try await client.ask("GET", "/y").text == "GET /y ")
            try await client.close()
        }
    }

    @Test("a client that waits is told to go on only when the handler wants the body")
    func expectation() async throws {
        let handler: HTTPHandler = { request in
            request.path == "/no" ? HTTPResponse(status: 403) : await Handlers.echo(request)
        }
        try await ServerUnderTest.run(handler: handler) { server in
            let client = try await HTTP2Client.connect(port: server.port)
            let wanted = try await client.open("PUT", "/x", [("expect", "100-continue")], endStream: false)
            wanted.post(Array("abc".utf8), endStream: true)
            let answer = try await wanted.end()
            #expect(answer.status == "200")
            #expect(answer.text == "PUT /x abc")
            let unwanted = try await client.open("PUT", "/no", [("expect", "100-continue")], endStream: false)
            #expect(try await unwanted.end().heads.map { $0.first(name: ":status") } == ["403"])
            try await client.close()
        }
    }

    @Test("heads beyond the limits are refused, and the connection goes on")
    func limits() async throws {
        try await ServerUnderTest.run { server in
            let client = try await HTTP2Client.connect(port: server.port)
            let many = (0..<201).map { ("x-\($0)", "1") }
            #expect(try await client.ask("GET", "/", many).status == "431")
            #expect(try await client.ask("GET", "x").status == "400")
            #expect(try await client.ask("GET", "/y").text == "GET /y ")
            try await client.close()
        }
    }
}
