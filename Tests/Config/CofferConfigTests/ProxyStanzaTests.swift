import Testing

@testable import CofferConfig

/// Which proxies a listener believes.
@Suite struct ProxyStanzaTests {
    private func read(_ listener: String) throws -> ServerConfiguration {
        var reader = ConfigurationReader()
        try reader.add(Array(("storage \"inmem\" {}\n" + listener).utf8), file: "0.hcl")
        return try reader.finish(environment: [:])
    }

    private func tcp(_ keys: String) throws -> ListenerSettings {
        let found = try read("listener \"tcp\" { tls_disable = true \(keys) }")
        #expect(found.warnings.isEmpty)
        return try #require(found.listeners.first)
    }

    @Test("addresses and networks are a list, or one text with commas")
    func addresses() throws {
        let expected = ["10.0.0.0/8", "192.0.2.1", "2001:db8::/32"]
        for list in ["[\"10.0.0.0/8\", \"192.0.2.1\", \"2001:db8::/32\"]", "\"10.0.0.0/8,192.0.2.1, 2001:db8::/32\""] {
            let found = try tcp(
                "proxy_protocol_behavior = \"deny_unauthorized\" proxy_protocol_authorized_addrs = \(list)")
            #expect(found.proxyProtocol == .init(behavior: .denyUnauthorized, authorized: expected))
        }
        let one = try tcp("proxy_protocol_authorized_addrs = \"::1\" proxy_protocol_behavior = \"allow_authorized\"")
        #expect(one.proxyProtocol == .init(behavior: .allowAuthorized, authorized: ["::1"]))
    }

    @Test("without a behaviour nobody is believed, and everybody needs no list")
    func behaviors() throws {
        #expect(try tcp("").proxyProtocol == nil)
        #expect(try tcp("proxy_protocol_behavior = \"\"").proxyProtocol == nil)
        #expect(try tcp("proxy_protocol_authorized_addrs = \"::1\"").proxyProtocol == nil)
        #expect(try tcp("proxy_protocol_behavior = \"use_always\"").proxyProtocol == .init(behavior: .useAlways))
        let unix = try read("listener \"unix\" { address = \"/s\" proxy_protocol_behavior = \"use_always\" }")
        #expect(unix.listeners.first?.proxyProtocol == .init(behavior: .useAlways))
    }

    @Test("X-Forwarded-For and the header of requests, with Vault's defaults")
    func forwardedFor() throws {
        let standard = try tcp("").forwardedFor
        #expect(standard.authorized.isEmpty && standard.rejectsNotPresent && standard.rejectsNotAuthorized)
        let found = try tcp(
            """
            x_forwarded_for_authorized_addrs = "10.0.0.0/8, ::1"
            x_forwarded_for_hop_skips = "2"
            x_forwarded_for_reject_not_authorized = "false"
            x_forwarded_for_reject_not_present = false
            require_request_header = true
            """)
        #expect(
            found.forwardedFor
                == .init(
                    authorized: ["10.0.0.0/8", "::1"], hopSkips: 2, rejectsNotAuthorized: false,
                    rejectsNotPresent: false))
        #expect(found.requiresRequestHeader)
    }

    @Test(
        "what would believe nobody or not whom was meant is no start",
        arguments: [
            (
                "tcp\" { tls_disable = 1 x_forwarded_for_hop_skips = -1 }",
                "x_forwarded_for_hop_skips cannot be negative"
            ),
            ("tcp\" { tls_disable = 1 x_forwarded_for_authorized_addrs = \"a\" }", "expected addresses"),
            ("tcp\" { tls_disable = 1 x_forwarded_for_client_cert_header = \"X\" }", "this protection is not offered"),
            (
                "tcp\" { tls_disable = 1 proxy_protocol_behavior = \"allow_authorized\" }",
                "proxy_protocol_behavior set to allow"
            ),
            (
                "tcp\" { tls_disable = 1 proxy_protocol_behavior = \"deny_unauthorized\" }",
                "proxy_protocol_behavior set to allow"
            ),
            (
                "tcp\" { tls_disable = 1 proxy_protocol_behavior = \"deny_unauthorized\" proxy_protocol_authorized_addrs = [] }",
                "proxy_protocol_behavior set to allow"
            ),
            ("tcp\" { tls_disable = 1 proxy_protocol_behavior = \"use_never\" }", "proxy_protocol_behavior must be"),
            ("tcp\" { tls_disable = 1 proxy_protocol_authorized_addrs = \"10.0.0.0/33\" }", "expected addresses"),
            ("tcp\" { tls_disable = 1 proxy_protocol_authorized_addrs = [\"proxy.example\"] }", "expected addresses"),
            ("tcp\" { tls_disable = 1 proxy_protocol_authorized_addrs = 7 }", "expected addresses"),
            (
                "unix\" { address = \"/s\" proxy_protocol_behavior = \"deny_unauthorized\" }",
                "who connects to a unix socket"
            ),
        ])
    func refused(listener: String, reason: String) {
        #expect {
            _ = try read("listener \"" + listener)
        } throws: { error in
            (error as? ConfigurationError)?.description.contains(reason) == true
        }
    }
}
