import CofferBase
import NIOCore
import Testing

@testable import CofferHTTP

/// Listeners behind proxies. The listed source is 127.0.0.1, any other in 127.0.0.0/8 is not listed.
@Suite struct ProxyProtocolTests {
    private static let request = Array("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".utf8)
    private static let line = Array("PROXY TCP4 203.0.113.7 198.51.100.1 4660 443\r\n".utf8)
    private static let stranger = "127.0.0.2"
    private static let behaviors: [ProxyProtocol.Behavior] = [.useAlways, .allowAuthorized, .denyUnauthorized]

    /// A server whose answers are the address that it sees.
    private func run(
        _ behavior: ProxyProtocol.Behavior, _ change: (inout ListenerConfiguration) -> Void = { _ in },
        _ test: (ServerUnderTest) async throws -> Void
    ) async throws {
        let listed = try #require(CIDR("127.0.0.1"))
        let (network, family) = (try #require(CIDR("10.0.0.0/8")), try #require(CIDR("::1")))
        let handler: HTTPHandler = { request in
            HTTPResponse(status: 200, body: Array(request.connection.remoteAddress.utf8))
        }
        let set: (inout ListenerConfiguration) -> Void = { listener in
            listener.proxyProtocol = ProxyProtocol(behavior, authorized: [network, listed, family])
            change(&listener)
        }
        try await ServerUnderTest.run(set, handler: handler) { try await test($0) }
    }

    /// The address that was seen; empty when the connection was closed.
    private func seen(_ server: ServerUnderTest, from source: String? = nil, _ first: [UInt8]) async throws -> String {
        let wire = try await Wire.connect(port: server.port, from: source, saying: first + Self.request)
        return Self.body(try await wire.rest())
    }

    private static func body(_ all: String) -> String {
        String(all.split(separator: "\r\n\r\n", maxSplits: 1).dropFirst().first ?? "")
    }

    @Test("a listed source speaks for others, in both versions", arguments: behaviors)
    func listed(behavior: ProxyProtocol.Behavior) async throws {
        try await run(behavior) { server in
            for vector in ProxyVectors.all {
                let expected =
                    switch vector.source {
                    case .connection: "127.0.0.1"
                    case .address(let address, _): address
                    case .nameless: ""
                    }
                let address = try await seen(server, vector.bytes)
                #expect(address == expected, "\(vector)")
            }
        }
    }

    @Test("a connection without a header has its own address", arguments: behaviors)
    func optional(behavior: ProxyProtocol.Behavior) async throws {
        try await run(behavior) { server in
            let address = try await seen(server, [])
            #expect(address == "127.0.0.1")
        }
    }

    @Test("an unlisted source is believed only where everybody is")
    func unlisted() async throws {
        for (behavior, expected, own) in [
            (ProxyProtocol.Behavior.useAlways, "203.0.113.7", Self.stranger),
            (.allowAuthorized, Self.stranger, Self.stranger), (.denyUnauthorized, "", ""),
        ] {
            try await run(behavior) { server in
                let named = try await seen(server, from: Self.stranger, Self.line)
                #expect(named == expected)
                let plain = try await seen(server, from: Self.stranger, [])
                #expect(plain == own)
            }
        }
    }

    // CVE-2024-6468: one such connection ended the listener.
    @Test("a thousand connections of an unlisted source are closed, and the listed one is served")
    func refused() async throws {
        try await run(.denyUnauthorized) { server in
            try await withThrowingTaskGroup { group in
                for worker in 0..<4 {
                    group.addTask {
                        for _ in 0..<250 {
                            let wire = try await Wire.connect(
                                port: server.port, from: "127.0.\(worker + 1).2", saying: Self.line + Self.request)
                            // A reset may take the place of an end.
                            #expect(try await wire.rest() == "")
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await seen(server, Self.line) == "203.0.113.7")
            #expect(try await seen(server, []) == "127.0.0.1")
        }
    }

    @Test("those who are refused take nobody's place")
    func places() async throws {
        try await run(.denyUnauthorized, { $0.maximumConnections = 1 }) { server in
            let wire = try await server.connect()
            try await wire.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await wire.answer().text == "127.0.0.1")
            for _ in 0..<10 { #expect(try await seen(server, from: Self.stranger, Self.line) == "") }
            try await wire.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await wire.answer().text == "127.0.0.1")
            try await wire.close()
        }
    }

    @Test("whatever an unlisted source sends first, its address is its own or it is not served")
    func neverTrusted() async throws {
        try await run(.allowAuthorized) { server in
            for vector in ProxyVectors.all {
                #expect(try await seen(server, from: Self.stranger, vector.bytes) == Self.stranger, "\(vector)")
                for step in 0..<8 {
                    var bytes = vector.bytes
                    bytes[step * bytes.count / 8] ^= 1 << UInt8(step)
                    // Closed on the client's side too, since what is left may be a beginning only.
                    let wire = try await Wire.connect(
                        port: server.port, from: Self.stranger, saying: bytes + Self.request + Self.request)
                    await wire.closeOutput()
                    let all = try await wire.rest()
                    #expect(!all.contains("203.0.113") && !all.contains("2001:db8"), "\(bytes)")
                }
            }
        }
    }

    @Test("a second header is no header, but the beginning of a request", arguments: behaviors)
    func second(behavior: ProxyProtocol.Behavior) async throws {
        try await run(behavior) { server in
            let first = Self.line + Self.line + Self.request
            let wire = try await server.connect(saying: String(decoding: first, as: UTF8.self))
            #expect(try await wire.rest().hasPrefix("HTTP/1.1 400"))
        }
    }

    @Test("a header that comes a byte at a time, and then a request on a connection that stays")
    func pieces() async throws {
        try await run(.denyUnauthorized) { server in
            for vector in [
                ProxyVectors.all[0],
                ProxyVectors.Vector("", ProxyVectors.binary(0x21, 0x11, ProxyVectors.addresses4), .connection),
            ] {
                let wire = try await server.connect()
                for byte in vector.bytes { try await wire.send([byte]) }
                for _ in 0..<3 {
                    try await wire.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                    #expect(try await wire.answer().text == "203.0.113.7")
                }
                try await wire.close()
            }
        }
    }

    @Test("a malformed header closes the connection, and a header that never ends as well", arguments: behaviors)
    func malformed(behavior: ProxyProtocol.Behavior) async throws {
        try await run(behavior, { $0.headerTimeout = .milliseconds(200) }) { server in
            for first in [
                "PROXY TCP4 nobody\r\n", "PROXY " + String(repeating: "x", count: 200), "PROXY TCP4 203", "PRO",
            ] {
                #expect(try await server.connect(saying: first).rest() == "", "\(first)")
            }
            let wire = try await server.connect(saying: "PROXY UNKNOWN")
            wire.drip(32, every: .milliseconds(20))
            #expect(try await wire.rest() == "")
        }
    }

    @Test("the header stands before TLS, with HTTP/1.1 and 2")
    func overTLS() async throws {
        let files = try TLSFiles()
        defer { files.remove() }
        let context = try files.context()
        try await run(.denyUnauthorized, { $0.tls = context }) { server in
            for vector in [ProxyVectors.all[0], ProxyVectors.all[8]] {
                let wire = try await Wire.connect(
                    port: server.port, tls: TLSFiles.client(protocols: ["http/1.1"]), afterHeader: vector.bytes,
                    saying: Self.request)
                #expect(Self.body(try await wire.rest()) == "203.0.113.7")
                let client = try await HTTP2Client.connect(
                    port: server.port, tls: TLSFiles.client(protocols: ["h2"]), afterHeader: vector.bytes)
                #expect(try await client.ask("GET", "/").text == "203.0.113.7")
                try await client.close()
            }
            let plain = try await Wire.connect(port: server.port, tls: TLSFiles.client(), saying: Self.request)
            #expect(Self.body(try await plain.rest()) == "127.0.0.1")
            let stranger = try await Wire.connect(
                port: server.port, from: Self.stranger, tls: TLSFiles.client(), saying: Self.request)
            #expect(try await stranger.rest() == "")
        }
    }

    @Test("HTTP/2 without TLS behind a header")
    func priorKnowledge() async throws {
        try await run(.useAlways) { server in
            let client = try await HTTP2Client.connect(port: server.port, afterHeader: Self.line)
            #expect(try await client.ask("GET", "/").text == "203.0.113.7")
            try await client.close()
        }
    }

    @Test("a proxy may come through a unix socket")
    func unixSocket() async throws {
        let folder = try TestFolder()
        defer { folder.remove() }
        let path = folder.path("socket")
        try await run(.useAlways, { $0.address = .unix(path: path, mode: 0o600) }) { _ in
            let wire = try await Wire.connect(path: path, saying: Self.line + Self.request)
            #expect(Self.body(try await wire.rest()) == "203.0.113.7")
        }
    }

    @Test("a listener that is not told of proxies takes a header for a request that is none")
    func off() async throws {
        try await run(.useAlways, { $0.proxyProtocol = nil }) { server in
            let wire = try await server.connect(saying: String(decoding: Self.line + Self.request, as: UTF8.self))
            #expect(try await wire.rest().hasPrefix("HTTP/1.1 400"))
        }
    }
}
