internal import CofferBase
internal import CofferJSON
internal import NIOCore
internal import NIOPosix
internal import Synchronization
internal import Testing

@testable internal import CofferClient

@Suite struct ProxyTests {
    private func proxy(_ environment: [String: String], _ address: String = "https://vault.example:8200") throws
        -> Proxy?
    {
        try Proxy.named(in: environment, for: ServerAddress(address))
    }

    @Test("the program's own variables hold for every address, the general ones for their scheme")
    func variables() throws {
        let all = [
            "VAULT_PROXY_ADDR": "http://own:1", "VAULT_HTTP_PROXY": "http://other:2", "HTTPS_PROXY": "http://secure:3",
            "HTTP_PROXY": "http://plain:4",
        ]
        #expect(try proxy(all)?.host == "own")
        #expect(try proxy(all, "http://127.0.0.1:8200")?.host == "own")
        var general = all
        general["VAULT_PROXY_ADDR"] = ""
        #expect(try proxy(general)?.host == "other")
        general["VAULT_HTTP_PROXY"] = nil
        #expect(try proxy(general)?.host == "secure")
        #expect(try proxy(general, "http://vault.example")?.host == "plain")
        #expect(try proxy(general, "https://127.0.0.1:8200") == nil)
        #expect(try proxy(general, "https://localhost") == nil)
        #expect(try proxy(all, "unix:///run/x.sock") == nil)
        #expect(try proxy(["https_proxy": "secure:3"])?.port == 3)
        #expect(try proxy([:]) == nil)
    }

    @Test(
        "what is left out is asked directly",
        arguments: [
            ("*", true), ("vault.example", true), ("example", true), (".example", true), ("*.example", true),
            ("vault.example:8200", true), ("vault.example:1", false), ("ault.example", false), ("other, example", true),
            ("10.0.0.0/8", false), ("", false),
        ])
    func leftOut(list: String, isLeftOut: Bool) throws {
        #expect((try proxy(["HTTPS_PROXY": "http://p:1", "NO_PROXY": list]) == nil) == isLeftOut)
    }

    @Test("networks leave out addresses; other schemes are no proxies, and no password is in the error")
    func others() throws {
        #expect(try proxy(["HTTPS_PROXY": "p:1", "NO_PROXY": "10.0.0.0/8"], "https://10.1.2.3") == nil)
        let error = #expect(throws: ClientError.self) {
            _ = try proxy(["VAULT_PROXY_ADDR": "socks5://user:canary@p:1"])
        }
        #expect(error?.description == "VAULT_PROXY_ADDR must be an http:// address")
        let named = try proxy(["VAULT_PROXY_ADDR": "http://user:word@p:1"])
        #expect(named?.authorization == "Basic " + Base64.standard.encode("user:word".utf8))
    }

    @Test("over http a proxy is asked for the whole address")
    func absolute() async throws {
        let server = try await FakeServer(.init(status: 200, body: #"{"data":{"k":"v"}}"#))
        var configuration = ClientConfiguration(address: "http://vault.example:8200")
        configuration.retries = 0
        configuration.proxyVariables = ["VAULT_PROXY_ADDR": "http://user:word@" + server.address.dropFirst(7)]
        #expect(try await Client(configuration).read("secret/x")?.data?["k"] == "v")
        #expect(server.seen.first?.target == "http://vault.example:8200/v1/secret/x")
        #expect(server.seen.first?.headers["host"] == "vault.example:8200")
        #expect(server.seen.first?.headers["proxy-authorization"]?.hasPrefix("Basic ") == true)
        try await server.stop()
    }

    @Test("over https a proxy is asked for a tunnel; its refusal is told")
    func tunnel() async throws {
        let server = try await FakeServer(.init(status: 407))
        var configuration = ClientConfiguration(address: "https://vault.example")
        configuration.retries = 0
        configuration.proxyVariables = ["HTTPS_PROXY": server.address]
        let client = try Client(configuration)
        let error = await #expect(throws: ClientError.self) { _ = try await client.read("x") }
        #expect(error?.description == "Get \"https://vault.example/v1/x\": proxyconnect tcp: the proxy answered 407")
        #expect(server.seen.first?.method == "CONNECT")
        #expect(server.seen.first?.target == "vault.example:443")
        try await server.stop()
    }

    @Test("requests beyond the rate wait, after a burst")
    func rate() throws {
        let limit = try #require(RateLimit("2:3"))
        let now = Timestamp(nanoseconds: 1_000_000_000_000)
        let waits = (0..<5).map { _ in limit.wait(at: now) }
        #expect(waits == [.zero, .zero, .zero, .milliseconds(500), .seconds(1)])
        #expect(limit.wait(at: now + .seconds(60)) == .zero)
        for wrong in ["", "x", "0", "-1", "1:0", "1:x", "1:2:3", "inf", "nan"] { #expect(RateLimit(wrong) == nil) }
        #expect(RateLimit("0.5") != nil)
    }
}
