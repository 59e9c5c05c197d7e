import EtcdClient
import NIOCore
import NIOPosix
import Testing

private final class Foreigner: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelActive(context: ChannelHandlerContext) {
        let answer = ByteBuffer(string: "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
    }
}

/// Servers that take a connection and then do not do what etcd does.
@Suite struct EtcdGreetingTests {
    private static func outcome(
        connectLimit: Duration = .seconds(60), greets: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws -> EtcdFailure? {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer(greets)
            .bind(host: "127.0.0.1", port: 0).get()
        var settings = EtcdSettings(endpoints: [])
        settings.endpoints = EtcdEndpoint("http://127.0.0.1:\(server.localAddress?.port ?? 0)").map { [$0] } ?? []
        // A call that waits for its time is one that this suite would be stuck in.
        (settings.callLimit, settings.connectLimit) = (.seconds(3600), connectLimit)
        let client = try EtcdClient(settings)
        let failure = await #expect(throws: EtcdFailure.self) {
            try await client.commit(EtcdTransaction(), isRepeatable: true)
        }
        client.close()
        try await server.close()
        return failure
    }

    @Test("one that closes the connection is unreachable at once, and the text says so")
    func closed() async throws {
        let failure = try await Self.outcome { $0.close() }
        #expect(failure?.kind == .unreachable)
        #expect(failure?.text.contains("the server closed the connection") == true)
    }

    @Test("one that says nothing is unreachable when the time for reaching it is over")
    func silent() async throws {
        let failure = try await Self.outcome(connectLimit: .milliseconds(50)) { $0.eventLoop.makeSucceededVoidFuture() }
        #expect(failure?.kind == .unreachable)
        #expect(failure?.text.contains("says nothing") == true)
    }

    @Test("one that speaks something else is unreachable at once, and the text says so")
    func foreign() async throws {
        let failure = try await Self.outcome { $0.pipeline.addHandler(Foreigner()) }
        #expect(failure?.kind == .unreachable)
        #expect(failure?.text.contains("HTTP/2") == true)
    }
}
