import CofferBase
import Testing

@testable import CofferHTTP

/// What a real connection makes of requests that are malformed, too large or ambiguous.
@Suite struct HTTP1RefusalsTests {
    static let malformed: [(String, Int)] = [
        ("GET / HTTP/1.1\r\n\r\n", 400),
        ("GET x HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("NONSENSE\r\n\r\n", 400),
        ("\u{16}\u{3}\u{1}\r\n\r\n", 400),
        ("GET / HTTP/1.1\nHost: a\n\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        ("GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505),
        ("PRI * HTTP/2.0\r\n\r\nxx", 505),
        ("GET /" + String(repeating: "a", count: 70_000) + " HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "a", count: 90_000) + "\r\n\r\n", 431),
        ("GET / HTTP/1.1\r\nHost: a\r\n" + (0..<300).map { "X\($0): 1\r\n" }.joined() + "\r\n", 431),
    ]

    @Test(
        "a malformed head is answered with its status, in the form of all errors, and the connection ends",
        arguments: malformed)
    func refusal(_ example: (String, Int)) async throws {
        let begun = Sightings<String>()
        try await ServerUnderTest.run(handler: noting(begun)) { server in
            let wire = try await server.connect()
            try await wire.send(example.0)
            let answer = try await wire.answer()
            #expect(answer.status == example.1)
            #expect(answer.text == "{\"errors\":[]}\n")
            #expect(answer["connection"] == "close")
            #expect(answer["content-type"] == "application/json")
            #expect(try await wire.rest() == "")
            #expect(begun.all.isEmpty)
        }
    }

    @Test("requests before the malformed one are answered, those behind it are not")
    func inTheMiddle() async throws {
        try await ServerUnderTest.run { server in
            let wire = try await server.connect()
            try await wire.send(
                "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/9\r\nHost: a\r\n\r\nGET /3 HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await wire.answer().text == "GET /1 ")
            #expect(try await wire.answer().status == 505)
            #expect(try await wire.rest() == "")
        }
    }

    @Test("a request hidden in an ambiguous one is never seen", arguments: HTTP1ParserTests.ambiguous)
    func smuggling(_ example: (String, Int)) async throws {
        let begun = Sightings<String>()
        try await ServerUnderTest.run(handler: noting(begun)) { server in
            let wire = try await server.connect()
            try await wire.send(example.0 + "0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")
            let all = try await wire.rest()
            #expect(all.hasPrefix("HTTP/1.1 \(example.1) "))
            #expect(all.components(of: "HTTP/1.1 ") == 1)
            #expect(begun.all.isEmpty)
        }
    }

    @Test("a request hidden behind a malformed chunk is never seen", arguments: HTTP1ParserTests.chunks)
    func smugglingInChunks(_ body: String) async throws {
        let begun = Sightings<String>()
        try await ServerUnderTest.run(handler: noting(begun)) { server in
            let wire = try await server.connect()
            try await wire.send(
                "POST /first HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body
                    + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")
            let all = try await wire.rest()
            #expect(all.hasPrefix("HTTP/1.1 400 "))
            #expect(all.components(of: "HTTP/1.1 ") == 1)
            #expect(begun.all == ["/first"])
        }
    }

    @Test("what looks like a request in a body stays a body")
    func embedded() async throws {
        let begun = Sightings<String>()
        let inner = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
        try await ServerUnderTest.run(handler: noting(begun)) { server in
            let wire = try await server.connect()
            try await wire.send(
                "POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: \(inner.utf8.count)\r\n\r\n\(inner)"
            )
            #expect(try await wire.answer().text == "POST /x \(inner)")
            #expect(try await wire.rest() == "")
            #expect(begun.all == ["/x"])
        }
    }

    private func noting(_ begun: Sightings<String>) -> HTTPHandler {
        { request in
            begun.note(request.path)
            return await Handlers.echo(request)
        }
    }
}

extension String {
    /// How often `part` stands in the text.
    func components(of part: String) -> Int { split(separator: part, omittingEmptySubsequences: false).count - 1 }
}
