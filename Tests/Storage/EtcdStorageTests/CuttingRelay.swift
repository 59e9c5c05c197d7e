import EtcdClient
import NIOCore
import NIOPosix
import Synchronization

/// Passes bytes on between a client and a server, and cuts all connections when it is told to.
final class CuttingRelay: Sendable {
    let endpoint: EtcdEndpoint
    private let server: any Channel

    init(to target: EtcdEndpoint) async throws {
        let open = SharedChannels()
        server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { inbound in
                open.list.withLock { $0.append(inbound) }
                return ClientBootstrap(group: inbound.eventLoop)
                    .connect(host: target.host, port: target.port)
                    .flatMap { outbound in
                        inbound.eventLoop.makeCompletedFuture {
                            try inbound.pipeline.syncOperations.addHandler(PassOn(outbound))
                            try outbound.pipeline.syncOperations.addHandler(PassOn(inbound))
                        }.flatMap { inbound.setOption(.autoRead, value: true) }
                    }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = server.localAddress?.port ?? 0
        guard let made = EtcdEndpoint("http://127.0.0.1:\(port)") else { throw ChannelError.operationUnsupported }
        endpoint = made
        channels = open
    }

    private let channels: SharedChannels

    func cut() {
        let cut = channels.list.withLock { list in
            defer { list = [] }
            return list
        }
        for channel in cut { channel.close(promise: nil) }
    }

    func close() async throws {
        cut()
        try await server.close().get()
    }
}

private final class SharedChannels: Sendable {
    let list = Mutex<[any Channel]>([])
}

private final class PassOn: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let other: any Channel

    init(_ other: any Channel) { self.other = other }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        other.writeAndFlush(unwrapInboundIn(data), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { other.close(promise: nil) }
}
