import CofferBase
import NIOCore
import NIOSSL
import Testing

@testable import CofferHTTP

/// TLS as a listener offers it, and its files while it runs.
@Suite struct TLSTests {
    private static let request = "GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

    /// What a client is answered; empty when it is turned away.
    private func answer(_ server: ServerUnderTest, _ client: NIOSSLContext) async throws -> String {
        let wire = try await Wire.connect(port: server.port, tls: client)
        // A handshake that fails takes the request with it.
        try? await wire.send(Self.request)
        let all = try await wire.rest()
        return String(all.split(separator: "\r\n\r\n", maxSplits: 1).dropFirst().first ?? "")
    }

    private func run(
        _ clients: TLSContext.ClientCertificates = .optional, minimumVersion: String = "tls12",
        handler: @escaping HTTPHandler = Handlers.echo,
        _ test: (ServerUnderTest, TLSFiles, TLSContext) async throws -> Void
    ) async throws {
        let files = try TLSFiles()
        defer { files.remove() }
        let context = try files.context(clients: clients, minimumVersion: minimumVersion)
        try await ServerUnderTest.run({ $0.tls = context }, handler: handler) { try await test($0, files, context) }
    }

    @Test(
        "a client without ALPN, and one that asks for it, is served HTTP/1.1",
        arguments: [[], ["http/1.1"], ["x", "http/1.1"]])
    func handshake(protocols: [String]) async throws {
        let seen = Sightings<ConnectionInfo>()
        let handler: HTTPHandler = { request in
            seen.note(request.connection)
            return await Handlers.echo(request)
        }
        try await run(handler: handler) { server, _, _ in
            let client = try TLSFiles.client(protocols: protocols)
            #expect(try await answer(server, client) == "GET /x ")
            #expect(seen.all.map(\.isTLS) == [true])
            #expect(seen.all.map(\.remoteAddress) == ["127.0.0.1"])
        }
    }

    @Test("a body of many records arrives whole")
    func large() async throws {
        try await run { server, _, _ in
            let wire = try await Wire.connect(port: server.port, tls: TLSFiles.client())
            let body = Payload.make(4 << 20)
            wire.post(Array("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.count)\r\n\r\n".utf8))
            wire.post(body)
            let answer = try await wire.answer()
            #expect(Payload.isEqual(answer.body, "PUT /x ", body))
            try await wire.close()
        }
    }

    @Test("a refusal reaches a client that still sends its body")
    func tooLarge() async throws {
        try await run(handler: Handlers.echo(limit: 1000)) { server, _, _ in
            let wire = try await Wire.connect(port: server.port, tls: TLSFiles.client())
            let body = Payload.make(16 << 20)
            wire.post(Array("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.count)\r\n\r\n".utf8))
            wire.post(body)
            let answer = try await wire.answer()
            #expect(answer.status == 413)
            #expect(answer.text == "refused")
            #expect(try await wire.rest() == "")
        }
    }

    @Test("a connection of HTTP/2 ends with its farewell")
    func farewell() async throws {
        let files = try TLSFiles()
        defer { files.remove() }
        let context = try files.context()
        let change: (inout ListenerConfiguration) -> Void = { listener in
            listener.tls = context
            listener.idleTimeout = .milliseconds(200)
        }
        try await ServerUnderTest.run(change) { server in
            let wire = try await Wire.connect(
                port: server.port, tls: TLSFiles.client(protocols: ["h2"]),
                saying: RawFrame.preface + RawFrame.settings.bytes)
            let frames = RawFrame.all(try await wire.restBytes())
            #expect(frames.first?.type == 4)
            #expect(frames.last?.type == 7)
        }
    }

    @Test(
        "versions below the minimum are refused",
        arguments: [
            ("tls12", TLSVersion.tlsv11, false), ("tls12", .tlsv12, true), ("tls12", .tlsv13, true),
            ("tls13", .tlsv12, false), ("tls13", .tlsv13, true),
        ])
    func version(_ minimum: String, _ best: TLSVersion, isServed: Bool) async throws {
        try await run(minimumVersion: minimum) { server, _, _ in
            let client = try TLSFiles.client { configuration in
                configuration.minimumTLSVersion = .tlsv1
                configuration.maximumTLSVersion = best
            }
            #expect(try await answer(server, client) == (isServed ? "GET /x " : ""))
        }
    }

    @Test(
        "a client that never ends its handshake is cut, and one that speaks plainly is not answered",
        arguments: ["", "\u{16}\u{3}\u{1}", request])
    func noHandshake(beginning: String) async throws {
        let files = try TLSFiles()
        defer { files.remove() }
        let context = try files.context()
        let change: (inout ListenerConfiguration) -> Void = { listener in
            listener.tls = context
            listener.headerTimeout = .milliseconds(200)
        }
        try await ServerUnderTest.run(change) { server in
            let wire = try await server.connect(saying: beginning)
            #expect(try await wire.rest().components(of: "HTTP/1.1") == 0)
        }
    }

    @Test(
        "a certificate that a client may present is told to the handler, whoever signed it",
        arguments: [TLSVersion.tlsv12, .tlsv13])
    func optionalClient(version: TLSVersion) async throws {
        let handler: HTTPHandler = { request in
            HTTPResponse(status: 200, body: Array("\(request.connection.peerCertificates)".utf8))
        }
        try await run(.optional, handler: handler) { server, _, _ in
            for own in [nil, TestCertificate.client, .stranger] {
                let client = try TLSFiles.client(presenting: own) { $0.maximumTLSVersion = version }
                let expected = try own.map { [try TLSFiles.certificate($0).toDERBytes()] } ?? []
                #expect(try await answer(server, client) == "\(expected)")
            }
        }
    }

    @Test("a certificate that is ignored is not asked for")
    func ignoredClient() async throws {
        let handler: HTTPHandler = { request in
            HTTPResponse(status: 200, body: Array("\(request.connection.peerCertificates)".utf8))
        }
        try await run(.ignored, handler: handler) { server, _, _ in
            let client = try TLSFiles.client(presenting: .client)
            #expect(try await answer(server, client) == "[]")
        }
    }

    @Test("a required certificate must be there and signed by the authority", arguments: [TLSVersion.tlsv12, .tlsv13])
    func requiredClient(version: TLSVersion) async throws {
        let files = try TLSFiles()
        defer { files.remove() }
        let authority = try files.folder.write("authority.pem", TestCertificate.authority.certificate + "\n")
        let context = try files.context(clients: .required(authorities: authority))
        let seen = Sightings<[[UInt8]]>()
        let handler: HTTPHandler = { request in
            seen.note(request.connection.peerCertificates)
            return await Handlers.echo(request)
        }
        try await ServerUnderTest.run({ $0.tls = context }, handler: handler) { server in
            for (own, isServed) in [(nil, false), (TestCertificate.stranger, false), (.client, true)] {
                let client = try TLSFiles.client(presenting: own) { $0.maximumTLSVersion = version }
                #expect(try await answer(server, client) == (isServed ? "GET /x " : ""))
            }
            let expected = try TLSFiles.certificate(.client).toDERBytes()
            #expect(seen.all == [[expected]])
        }
    }

    @Test("after a reload new connections get the new certificate, and those that are open live on")
    func reload() async throws {
        try await run { server, files, context in
            let (old, new) = (try TLSFiles.client(trusting: .first), try TLSFiles.client(trusting: .second))
            #expect(try await answer(server, new) == "")
            let wire = try await Wire.connect(port: server.port, tls: old)
            try await wire.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await wire.answer().text == "GET /1 ")
            try files.write(.second)
            try context.reload()
            #expect(try await answer(server, new) == "GET /x ")
            #expect(try await answer(server, old) == "")
            try await wire.send("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await wire.answer().text == "GET /2 ")
            try await wire.close()
        }
    }

    /// Files that cannot be used: certificate and key.
    static let broken: [(String, String)] = [
        ("", TestCertificate.first.key), ("nonsense\n", TestCertificate.first.key),
        (TestCertificate.first.certificate, ""), (TestCertificate.first.certificate, "nonsense\n"),
        (TestCertificate.first.certificate, TestCertificate.second.key),
    ]

    @Test("a reload that fails names the files and nothing in them, and the old certificate stays", arguments: broken)
    func brokenReload(certificate: String, key: String) async throws {
        try await run { server, files, context in
            try files.write(TestCertificate(certificate: certificate, key: key))
            let error = #expect(throws: TLSError.self) { try context.reload() }
            let text = try #require(error?.description)
            #expect(text.contains(files.folder.path("certificate.pem")))
            #expect(text.contains(files.folder.path("key.pem")))
            #expect(text.components(of: "nonsense") == 0)
            let client = try TLSFiles.client()
            #expect(try await answer(server, client) == "GET /x ")
        }
    }

    @Test("a listener does not start without its files")
    func missing() throws {
        let files = try TLSFiles()
        files.remove()
        #expect(throws: TLSError.self) { _ = try files.context() }
    }
}
