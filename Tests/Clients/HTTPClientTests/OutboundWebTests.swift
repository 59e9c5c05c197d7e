import CofferBase
import Testing

@testable import WebClient

@Suite struct OutboundWebTests {
    private func request(_ stub: WebStub, host: String = "localhost") throws -> WebRequest {
        try WebRequest("POST", #require(WebAddress(authority: "\(host):\(stub.port)")), "/a?b=c")
    }

    private let web = OutboundWeb(trust: .text(WebStub.Certificate.own.text))

    @Test("a request arrives as it was made, and its answer comes back", arguments: ["localhost", "127.0.0.1"])
    func exchange(host: String) async throws {
        try await WebStub.run(.answer(201, headers: [], body: "%")) { stub in
            var request = try request(stub, host: host)
            request.headers = [("X-Own", "1")]
            request.body = Array("body".utf8)
            let answer = try await web.send(request)
            #expect(answer.status == 201)
            #expect(String(decoding: answer.body, as: UTF8.self) == "POST /a?b=c \(host):\(stub.port) 1 body")
        }
    }

    @Test("a redirect is an answer, and nobody follows it")
    func redirect() async throws {
        let elsewhere = [("Location", "https://localhost:1/")]
        try await WebStub.run(.answer(307, headers: elsewhere, body: "")) { stub in
            let answer = try await web.send(try request(stub))
            #expect(answer.status == 307)
        }
    }

    @Test("a service that no known authority vouches for, or another name, is not asked")
    func trust() async throws {
        try await WebStub.run(.answer(200, headers: [], body: "")) { stub in
            let system = OutboundWeb(trust: .system)
            await #expect(throws: WebFailure.untrusted) { try await system.send(try request(stub)) }
        }
        try await WebStub.run(.answer(200, headers: [], body: ""), certificate: .elsewhere) { stub in
            let trusting = OutboundWeb(trust: .text(WebStub.Certificate.elsewhere.text))
            await #expect(throws: WebFailure.untrusted) { try await trusting.send(try request(stub)) }
        }
        try await WebStub.run(.answer(200, headers: [], body: ""), usesTLS: false) { stub in
            await #expect(throws: WebFailure.untrusted) { try await web.send(try request(stub)) }
        }
    }

    @Test("size and time are bounded, and a service that hangs up has not answered")
    func bounds() async throws {
        try await WebStub.run(.flood(70_000)) { stub in
            var request = try request(stub)
            request.longestAnswer = 65_536
            await #expect(throws: WebFailure.tooLarge) { try await web.send(request) }
        }
        try await WebStub.run(.silence) { stub in
            var request = try request(stub)
            request.timeout = .milliseconds(200)
            await #expect(throws: WebFailure.timedOut) { try await web.send(request) }
        }
        try await WebStub.run(.hangUp) { stub in
            await #expect(throws: (any Error).self) { try await web.send(try request(stub)) }
        }
        let port = try await WebStub.run(.silence) { $0.port }
        await #expect(throws: WebFailure.unreachable) { try await web.send(try request(WebStub(port: port))) }
    }

    @Test("a request that would be read as another one is not sent")
    func malformed() async throws {
        let address = try #require(WebAddress(authority: "localhost:1"))
        for target in ["", "a", "/a b", "/a\r\nX: y", "/a#b", "/ä"] {
            await #expect(throws: WebFailure.malformedRequest, "\(target)") {
                try await web.send(WebRequest("GET", address, target))
            }
        }
        for header in [("X", "a\r\nY: b"), ("X:", "a"), ("", "a"), ("X y", "a")] {
            await #expect(throws: WebFailure.malformedRequest) {
                try await web.send(WebRequest("GET", address, "/", headers: [header]))
            }
        }
    }

    @Test("an address is a host and a port, and nothing else")
    func addresses() {
        let good = [
            ("a.example", "a.example", 443), ("a.example:8443", "a.example", 8443), ("[::1]:1", "::1", 1),
            ("127.0.0.1", "127.0.0.1", 443),
        ]
        for (text, host, port) in good {
            #expect(WebAddress(authority: text)?.host == host)
            #expect(WebAddress(authority: text)?.port == port)
        }
        #expect(WebAddress(authority: "a:443")?.authority == "a")
        #expect(WebAddress(authority: "[::1]:44")?.authority == "[::1]:44")
        for text in ["", ":1", "a:", "a:0", "a:70000", "a/b", "u@a", "a b", "a?x", "a#", "[::1", "[g]", "a..b", "ä.de"]
        {
            #expect(WebAddress(authority: text) == nil, "\(text)")
        }
        #expect(WebAddress.parse(url: "https://a:1/x/y/")?.path == "/x/y")
        for url in ["http://a/", "https://", "https://a b/", "https://u@a/", "//a/", "https://a/x#y"] {
            #expect(WebAddress.parse(url: url) == nil, "\(url)")
        }
    }
}
