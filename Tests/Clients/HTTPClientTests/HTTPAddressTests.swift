import HTTPClient
import Testing

@Suite struct HTTPAddressTests {
    @Test(
        "what is read",
        arguments: [
            ("https://vault.example", "vault.example", 443, "vault.example", ""),
            ("http://127.0.0.1:8200/", "127.0.0.1", 8200, "127.0.0.1:8200", ""),
            ("https://[::1]:8200/base/", "::1", 8200, "[::1]:8200", "/base"),
            ("HTTP://host:80/a/b", "host", 80, "host", "/a/b"),
        ])
    func read(_ text: String, _ host: String, _ port: Int, _ authority: String, _ base: String) throws {
        let address = try #require(HTTPAddress(text))
        #expect(address.host == host && address.port == port)
        #expect(address.authority == authority && address.basePath == base)
        #expect(address.isSecure == text.lowercased().hasPrefix("https"))
    }

    @Test(
        "what is not",
        arguments: [
            "", "host", "ftp://host", "https://", "https://:1", "https://host:0", "https://host:99999", "http://a b",
            "http://user@host", "http://host?x", "http://host#x", "http://host\r\nX: y", "http://[::1",
            "http://h\u{e9}", "https://[...]:8",
        ])
    func refused(_ text: String) {
        #expect(HTTPAddress(text) == nil)
    }

    @Test("a request that would be read in another way is never sent")
    func malformed() async throws {
        let client = OutboundHTTP(try #require(HTTPAddress("http://127.0.0.1:1")))
        for call in [
            HTTPCall("GET", "no-slash"), HTTPCall("GET", "/a b"), HTTPCall("GET", "/", headers: [("X", "a\r\nY: b")]),
            HTTPCall("GET", "/", headers: [("X:", "a")]),
        ] {
            await #expect(throws: HTTPFailure.malformedRequest) { try await client.send(call) }
        }
    }

    @Test("where nobody listens there is an error, and soon")
    func unreachable() async throws {
        let client = OutboundHTTP(try #require(HTTPAddress("http://127.0.0.1:1")))
        await #expect(throws: HTTPFailure.unreachable) { try await client.send(HTTPCall("GET", "/")) }
    }
}
