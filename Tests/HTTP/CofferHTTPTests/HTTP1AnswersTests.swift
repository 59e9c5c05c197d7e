import CofferBase
import NIOCore
import Testing

@testable import CofferHTTP

/// Which answers a client of HTTP/1.1 gets, and when its connection ends (RFC 9112, 9).
@Suite struct HTTP1AnswersTests {
    @Test("a connection serves one request after the other")
    func keepAlive() async throws {
        try await ServerUnderTest.run { server in
            let wire = try await server.connect()
            for number in 1...3 {
                try await wire.send("POST /\(number) HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n\(number)")
                let answer = try await wire.answer()
                #expect(answer.status == 200)
                #expect(answer.text == "POST /\(number) \(number)")
                #expect(answer["connection"] == nil)
            }
            try await wire.close()
        }
    }

    @Test("requests sent ahead are answered in their order, each after the one before it")
    func pipelining() async throws {
        let gate = Gate()
        let begun = Sightings<String>()
        let handler: HTTPHandler = { request in
            begun.note(request.path)
            if request.path == "/1" { await gate.pass() }
            return await Handlers.echo(request)
        }
        try await ServerUnderTest.run(threads: 1, handler: handler) { server in
            let wire = try await server.connect()
            try await wire.send(
                "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
                    + "GET /3 HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(await begun.next() == "/1")
            try await server.passTime(turns: 10)
            #expect(begun.all.filter { $0 != "/turn" } == ["/1"])
            gate.open()
            #expect(try await wire.answer().text == "GET /1 ")
            #expect(try await wire.answer().text == "POST /2 abc")
            #expect(try await wire.answer().text == "GET /3 ")
            try await wire.close()
        }
    }

    @Test(
        "a client that wants the connection closed gets it closed",
        arguments: [
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\nGET /late HTTP/1.1\r\nHost: a\r\n\r\n",
        ])
    func close(request: String) async throws {
        try await ServerUnderTest.run { server in
            let wire = try await server.connect()
            try await wire.send(request)
            let answer = try await wire.answer()
            #expect(answer.text == "GET / ")
            #expect(answer["connection"] == "close")
            #expect(try await wire.rest() == "")
        }
    }

    @Test("an answer to HEAD has the length of the body and not the body")
    func head() async throws {
        try await ServerUnderTest.run { server in
            let wire = try await server.connect()
            try await wire.send("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\nGET /y HTTP/1.1\r\nHost: a\r\n\r\n")
            let answer = try await wire.answer(toHEAD: true)
            #expect(answer.status == 200)
            #expect(answer["content-length"] == "8")
            #expect(try await wire.answer().text == "GET /y ")
            try await wire.close()
        }
    }

    @Test("204 has neither a length nor a body")
    func noContent() async throws {
        let handler: HTTPHandler = { request in
            HTTPResponse(status: request.path == "/none" ? 204 : 200, body: Array("body".utf8))
        }
        try await ServerUnderTest.run(handler: handler) { server in
            let wire = try await server.connect()
            try await wire.send("GET /none HTTP/1.1\r\nHost: a\r\n\r\nGET /some HTTP/1.1\r\nHost: a\r\n\r\n")
            let answer = try await wire.answer()
            #expect(answer.head.hasPrefix("HTTP/1.1 204 No Content\r\n"))
            #expect(answer["content-length"] == nil)
            #expect(try await wire.answer().text == "body")
            try await wire.close()
        }
    }

    @Test("fields of an answer arrive as they were given, with a date")
    func fields() async throws {
        let handler: HTTPHandler = { _ in
            var response = HTTPResponse(status: 404, body: [])
            response.fields.add("X-First", "1")
            response.fields.add("X-Second", "two words")
            return response
        }
        try await ServerUnderTest.run(handler: handler) { server in
            let wire = try await server.connect()
            try await wire.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            let answer = try await wire.answer()
            #expect(answer.head.hasPrefix("HTTP/1.1 404 Not Found\r\nX-First: 1\r\nX-Second: two words\r\n"))
            #expect(answer["content-length"] == "0")
            #expect(answer["date"]?.hasSuffix(" GMT") == true)
            try await wire.close()
        }
    }

    @Test("what a handler is told of the request and of the client")
    func request() async throws {
        let seen = Sightings<HTTPRequest>()
        let handler: HTTPHandler = { request in
            seen.note(request)
            return HTTPResponse(status: 204)
        }
        try await ServerUnderTest.run(handler: handler) { server in
            let wire = try await server.connect()
            try await wire.send("LIST /a%20b?c=d&e HTTP/1.1\r\nHost: a\r\nX-Twice: 1\r\nx-twice: 2\r\n\r\n")
            #expect(try await wire.answer().status == 204)
            let request = try #require(await seen.next())
            #expect(request.method == "LIST")
            #expect(request.path == "/a%20b")
            #expect(request.query == "c=d&e")
            #expect(request.fields.all("x-twice") == ["1", "2"])
            #expect(request.connection.remoteAddress == "127.0.0.1")
            #expect(request.connection.remotePort == wire.channel.localAddress?.port)
            #expect(!request.connection.isTLS)
            try await wire.close()
        }
    }

    @Test("a client that takes no answers is not asked for more requests, and loses none")
    func backpressure() async throws {
        let (count, size) = (64, 256 << 10)
        let begun = Sightings<String>()
        let body = [UInt8](repeating: 120, count: size)
        let handler: HTTPHandler = { request in
            begun.note(request.path)
            return HTTPResponse(status: 200, body: request.path == "/turn" ? [] : body)
        }
        try await ServerUnderTest.run(threads: 1, handler: handler) { server in
            let wire = try await server.connect()
            try await wire.setReading(false)
            for number in 0..<count { try await wire.send("GET /\(number) HTTP/1.1\r\nHost: a\r\n\r\n") }
            try await server.passTime(turns: 200)
            #expect(begun.all.count { $0 != "/turn" } < count)
            try await wire.setReading(true)
            for _ in 0..<count { #expect(try await wire.answer().body.count == size) }
            #expect(begun.all.filter { $0 != "/turn" } == (0..<count).map { "/\($0)" })
            try await wire.close()
        }
    }
}
