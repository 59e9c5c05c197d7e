import SocketClient
import Testing

@Suite struct HostAndPortTests {
    @Test(
        "what is read",
        arguments: [
            ("127.0.0.1:9090", "127.0.0.1", 9090), ("[::1]:514", "::1", 514),
            ("logs.example.com:65535", "logs.example.com", 65535),
        ])
    func read(_ text: String, _ host: String, _ port: UInt16) throws {
        let place = try #require(HostAndPort(text))
        #expect(place.host == host)
        #expect(place.port == port)
    }

    @Test(
        "what is not",
        arguments: [
            "", ":1", "host", "host:", "host:0", "host:65536", "::1:9", "[::1]", "[::1", "a b:1", "u@h:1", "h/x:1",
        ])
    func refused(_ text: String) {
        #expect(HostAndPort(text) == nil)
    }

    @Test("a missing port is the standard one")
    func standard() {
        #expect(HostAndPort("host", standardPort: 80)?.port == 80)
        #expect(HostAndPort("[::1]", standardPort: 80)?.port == 80)
        #expect(HostAndPort("host:81", standardPort: 80)?.port == 81)
    }
}
