import ClientTLS
import CofferBase
import Testing

@testable import HTTPClient

@Suite struct OutboundWebTests {
    private let request = HTTPCall("POST", "/a?b=c")
    private let web = Self.web(WebStub.Certificate.own)

    private func address(_ stub: WebStub, host: String = "localhost") throws -> HTTPAddress {
        try #require(HTTPAddress(authority: "\(host):\(stub.port)"))
    }

    private static func web(_ certificate: WebStub.Certificate) -> OutboundWeb {
        var trust = ClientTrust()
        trust.authorityText = certificate.text
        return OutboundWeb(trust: trust)
    }

    @Test("a request arrives as it was made, and its answer comes back", arguments: ["localhost", "127.0.0.1"])
    func exchange(host: String) async throws {
        try await WebStub.run(.answer(201, headers: [], body: "%")) { stub in
            var request = request
            request.headers = [("X-Own", "1")]
            request.body = Array("body".utf8)
            let answer = try await web.send(request, to: address(stub, host: host))
            #expect(answer.status == 201)
            #expect(String(decoding: answer.body, as: UTF8.self) == "POST /a?b=c \(host):\(stub.port) 1 body")
        }
    }

    @Test("a redirect is an answer, and nobody follows it")
    func redirect() async throws {
        let elsewhere = [("Location", "https://localhost:1/")]
        try await WebStub.run(.answer(307, headers: elsewhere, body: "")) { stub in
            let answer = try await web.send(request, to: address(stub))
            #expect(answer.status == 307)
        }
    }

    @Test("a service that no known authority vouches for, or another name, is not asked")
    func trust() async throws {
        try await WebStub.run(.answer(200, headers: [], body: "")) { stub in
            let system = OutboundWeb()
            await #expect(throws: HTTPFailure.untrusted) { try await system.send(request, to: address(stub)) }
        }
        try await WebStub.run(.answer(200, headers: [], body: ""), certificate: .elsewhere) { stub in
            let trusting = Self.web(.elsewhere)
            await #expect(throws: HTTPFailure.untrusted) { try await trusting.send(request, to: address(stub)) }
        }
        try await WebStub.run(.answer(200, headers: [], body: ""), usesTLS: false) { stub in
            await #expect(throws: HTTPFailure.untrusted) { try await web.send(request, to: address(stub)) }
        }
    }

    @Test("size and time are bounded, and a service that hangs up has not answered")
    func bounds() async throws {
        try await WebStub.run(.flood(70_000)) { stub in
            var request = request
            request.longestAnswer = 65_536
            await #expect(throws: HTTPFailure.tooLarge) { try await web.send(request, to: address(stub)) }
        }
        try await WebStub.run(.silence) { stub in
            var request = request
            request.timeout = .milliseconds(200)
            await #expect(throws: HTTPFailure.timedOut) { try await web.send(request, to: address(stub)) }
        }
        try await WebStub.run(.hangUp) { stub in
            await #expect(throws: (any Error).self) { try await web.send(request, to: address(stub)) }
        }
        let port = try await WebStub.run(.silence) { $0.port }
        await #expect(throws: HTTPFailure.unreachable) { try await web.send(request, to: address(WebStub(port: port))) }
    }

    @Test("a request that would be read as another one is not sent")
    func malformed() async throws {
        let address = try #require(HTTPAddress(authority: "localhost:1"))
        for target in ["", "a", "/a b", "/a\r\nX: y", "/a#b", "/ä"] {
            await #expect(throws: HTTPFailure.malformedRequest, "\(target)") {
                try await web.send(HTTPCall("GET", target), to: address)
            }
        }
        for header in [("X", "a\r\nY: b"), ("X:", "a"), ("", "a"), ("X y", "a")] {
            await #expect(throws: HTTPFailure.malformedRequest) {
                try await web.send(HTTPCall("GET", "/", headers: [header]), to: address)
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
            #expect(HTTPAddress(authority: text)?.host == host)
            #expect(HTTPAddress(authority: text)?.port == port)
        }
        #expect(HTTPAddress(authority: "a:443")?.authority == "a")
        #expect(HTTPAddress(authority: "[::1]:44")?.authority == "[::1]:44")
        for text in [
            "", ":1", "a:", "a:0", "a:70000", "a/b", "a/", "u@a", "a b", "a?x", "a#", "[::1", "[g]", "a..b", "ä.de",
        ] {
            #expect(HTTPAddress(authority: text) == nil, "\(text)")
        }
    }
}
