import EtcdClient
import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix
import Synchronization

/// A server that speaks gRPC and answers what a test says.
final class FakeEtcd: Sendable {
    enum Reply: Sendable {
        case message([UInt8])
        case status(Int, String)
        /// Bytes in the place of framed messages, and a good status.
        case raw([UInt8])
        /// Nothing, ever.
        case silence
        /// An HTTP status and nothing of gRPC.
        case http(String)
    }

    struct Call: Sendable, Equatable {
        let path: String
        let token: String?
    }

    let endpoint: EtcdEndpoint
    private let channel: any Channel
    private let log: CallLog

    /// - Parameters:
    ///   - wait: before it speaks at all.
    ///   - answer: to each call, which has this number.
    init(
        greetsAfter wait: TimeAmount = .zero, _ answer: @escaping @Sendable (_ call: Call, _ number: Int) -> Reply
    ) async throws {
        let log = CallLog()
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.scheduleTask(in: wait) {
                    _ = try channel.pipeline.syncOperations.configureHTTP2Pipeline(
                        mode: .server, connectionConfiguration: .init(), streamConfiguration: .init()
                    ) { stream in
                        stream.eventLoop.makeCompletedFuture {
                            try stream.pipeline.syncOperations.addHandler(FakeStream(log, answer))
                        }
                    }
                }.futureResult
            }
            .bind(host: "127.0.0.1", port: 0).get()
        guard let made = EtcdEndpoint("http://127.0.0.1:\(channel.localAddress?.port ?? 0)") else {
            throw ChannelError.operationUnsupported
        }
        endpoint = made
        self.log = log
    }

    var calls: [Call] { log.calls.withLock { $0 } }

    func close() async throws { try await channel.close().get() }
}

private final class CallLog: Sendable {
    let calls = Mutex<[FakeEtcd.Call]>([])
}

private final class FakeStream: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    private let log: CallLog
    private let answer: @Sendable (FakeEtcd.Call, Int) -> FakeEtcd.Reply
    private var call = FakeEtcd.Call(path: "", token: nil)

    init(_ log: CallLog, _ answer: @escaping @Sendable (FakeEtcd.Call, Int) -> FakeEtcd.Reply) {
        self.log = log
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .headers(let part):
            call = FakeEtcd.Call(
                path: part.headers.first(name: ":path") ?? "", token: part.headers.first(name: "token"))
        case .data(let part) where part.endStream:
            let number = log.calls.withLock { calls in
                calls.append(call)
                return calls.count
            }
            reply(answer(call, number), context)
        default: break
        }
    }

    private func reply(_ reply: FakeEtcd.Reply, _ context: ChannelHandlerContext) {
        switch reply {
        case .silence: break
        case .http(let status): end([(":status", status)], context)
        case .status(let status, let text):
            end([(":status", "200"), ("grpc-status", "\(status)"), ("grpc-message", text)], context)
        case .raw(let bytes):
            send(bytes, context)
            end([("grpc-status", "0")], context)
        case .message(let message):
            let length = UInt32(message.count)
            send([0] + withUnsafeBytes(of: length.bigEndian) { Array($0) } + message, context)
            end([("grpc-status", "0")], context)
        }
    }

    private func send(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(.headers(.init(headers: [":status": "200"]))), promise: nil)
        context.write(wrapOutboundOut(.data(.init(data: .byteBuffer(ByteBuffer(bytes: bytes))))), promise: nil)
    }

    private func end(_ headers: [(String, String)], _ context: ChannelHandlerContext) {
        context.writeAndFlush(
            wrapOutboundOut(.headers(.init(headers: HPACKHeaders(headers), endStream: true))), promise: nil)
    }
}
