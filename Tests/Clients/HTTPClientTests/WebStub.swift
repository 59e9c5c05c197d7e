import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// A web service on this machine, for one test.
struct WebStub: Sendable {
    /// What it answers to every request.
    enum Behaviour: Sendable {
        case answer(Int, headers: [(String, String)], body: String)
        /// Says as many bytes as that, and names no length.
        case flood(Int)
        case silence
        case hangUp
    }

    let port: Int

    /// A certificate with its key, valid from 2020 to 2120; signed by itself.
    struct Certificate: Sendable {
        let text: String
        let key: String

        /// Of `localhost` and `127.0.0.1`.
        static let own = Certificate(
            text: """
                -----BEGIN CERTIFICATE-----
                MIIBXzCCAQWgAwIBAgIUQzO5K5zqimbe8Wzfq6cD38+hQA0wCgYIKoZIzj0EAwIw
                FjEUMBIGA1UEAwwLd2ViIHNlcnZpY2UwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAx
                MDEwMDAwMDBaMBYxFDASBgNVBAMMC3dlYiBzZXJ2aWNlMFkwEwYHKoZIzj0CAQYI
                KoZIzj0DAQcDQgAEqdu9khDyT5bdd8PSytR4uwjQ3/ehi17OUEDYHpQR2tsDxh/P
                hEmv/oW1PbLyZbEcMVF2xCWt49s56/VdmAQ3UqMvMC0wGgYDVR0RBBMwEYIJbG9j
                YWxob3N0hwR/AAABMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIh
                ANiLln0wlcdMkJ5bsgLaxBsbbTR5r54Pm4qs0lr7YZ29AiAVptklkJTCSjwHrfYc
                vE+xtyeSYrpjgtRiWfhRRty5DQ==
                -----END CERTIFICATE-----
                """,
            key: """
                -----BEGIN PRIVATE KEY-----
                MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg/b7iLAA2EviZJlPA
                jR771WmjD29VUQBktqLZCiYPnfmhRANCAASp272SEPJPlt13w9LK1Hi7CNDf96GL
                Xs5QQNgelBHa2wPGH8+ESa/+hbU9svJlsRwxUXbEJa3j2znr9V2YBDdS
                -----END PRIVATE KEY-----
                """)

        /// Of `elsewhere.example`.
        static let elsewhere = Certificate(
            text: """
                -----BEGIN CERTIFICATE-----
                MIIBXDCCAQKgAwIBAgITd1NW4vQ1EDxrsJSoGfQOrK29SzAKBggqhkjOPQQDAjAU
                MRIwEAYDVQQDDAllbHNld2hlcmUwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEw
                MDAwMDBaMBQxEjAQBgNVBAMMCWVsc2V3aGVyZTBZMBMGByqGSM49AgEGCCqGSM49
                AwEHA0IABAoQw2UmdEhQYs/txO/EGKlaIrDhRQ8vMIaHQLJOB/aOYO7PScJw6+Mk
                j7Y8qGcni4+MpsawxPus81Rka67GBZGjMTAvMBwGA1UdEQQVMBOCEWVsc2V3aGVy
                ZS5leGFtcGxlMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAIeV
                rnAW8nlFqEinKlbSdNqEyFgrJcX+27WFgWca6xN/AiAN5NRmvVju49r1zTjZdgPu
                3o9RmOo0omSmkdmfyP9tPQ==
                -----END CERTIFICATE-----
                """,
            key: """
                -----BEGIN PRIVATE KEY-----
                MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgbRYAuwMZXv6nhNpe
                XrsvN/s+64qd4JeQ8hoyu1Aq6lahRANCAAQKEMNlJnRIUGLP7cTvxBipWiKw4UUP
                LzCGh0CyTgf2jmDuz0nCcOvjJI+2PKhnJ4uPjKbGsMT7rPNUZGuuxgWR
                -----END PRIVATE KEY-----
                """)
    }

    @discardableResult
    static func run<R>(
        _ behaviour: Behaviour, usesTLS: Bool = true, certificate: Certificate = .own,
        _ test: (WebStub) async throws -> R
    ) async throws -> R {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: [.certificate(try NIOSSLCertificate(bytes: Array(certificate.text.utf8), format: .pem))],
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(certificate.key.utf8), format: .pem)))
        configuration.applicationProtocols = ["http/1.1"]
        let context = try NIOSSLContext(configuration: configuration)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if usesTLS { try pipeline.addHandler(NIOSSLServerHandler(context: context)) }
                    try pipeline.configureHTTPServerPipeline()
                    try pipeline.addHandler(Responder(behaviour))
                }
            }.bind(host: "127.0.0.1", port: 0).get()
        let result: R
        do {
            result = try await test(WebStub(port: channel.localAddress?.port ?? 0))
        } catch {
            try? await channel.close()
            throw error
        }
        try await channel.close()
        return result
    }
}

/// Tells back the request in the answer's body where that is `%`.
private final class Responder: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let behaviour: WebStub.Behaviour
    private var seen = ""

    init(_ behaviour: WebStub.Behaviour) { self.behaviour = behaviour }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            seen =
                "\(head.method.rawValue) \(head.uri) \(head.headers["host"].first ?? "") "
                + head.headers["x-own"].joined()
        case .body(let part): seen += " " + String(buffer: part)
        case .end: respond(context)
        }
    }

    private func respond(_ context: ChannelHandlerContext) {
        switch behaviour {
        case .silence: return
        case .hangUp: context.close(promise: nil)
        case .answer(let status, let headers, let body):
            let text = body == "%" ? seen : body
            var fields = HTTPHeaders(headers)
            fields.add(name: "Content-Length", value: String(text.utf8.count))
            say(context, HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: fields), text)
        case .flood(let count):
            say(context, HTTPResponseHead(version: .http1_1, status: .ok), String(repeating: "x", count: count))
        }
    }

    private func say(_ context: ChannelHandlerContext, _ head: HTTPResponseHead, _ body: String) {
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
