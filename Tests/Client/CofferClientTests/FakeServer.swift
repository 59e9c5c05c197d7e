internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Synchronization

/// A server on the loopback address that answers from a list, one answer for each request.
final class FakeServer: Sendable {
    struct Answer: Sendable {
        var status: Int
        var headers: [(String, String)] = []
        var body = ""
    }

    struct Seen: Sendable {
        var method: String
        var target: String
        var headers: [String: String]
        var body: String
    }

    private let channel: any Channel
    private let state: State

    final class State: Sendable {
        let answers: Mutex<[Answer]>
        let seen = Mutex<[Seen]>([])
        init(_ answers: [Answer]) { self.answers = Mutex(answers) }
    }

    init(_ answers: Answer...) async throws {
        let state = State(answers)
        self.state = state
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(FakeHandler(state))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    var address: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)" }
    var seen: [Seen] { state.seen.withLock { $0 } }

    func stop() async throws { try await channel.close().get() }
}

private final class FakeHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let state: FakeServer.State
    private var current = FakeServer.Seen(method: "", target: "", headers: [:], body: "")

    init(_ state: FakeServer.State) { self.state = state }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            let headers = Dictionary(head.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { $1 })
            current = FakeServer.Seen(method: head.method.rawValue, target: head.uri, headers: headers, body: "")
        case .body(let part): current.body += String(decoding: part.readableBytesView, as: UTF8.self)
        case .end:
            let seen = current
            state.seen.withLock { $0.append(seen) }
            let answer = state.answers.withLock { $0.isEmpty ? FakeServer.Answer(status: 500) : $0.removeFirst() }
            var headers = HTTPHeaders(answer.headers)
            headers.add(name: "Content-Length", value: String(answer.body.utf8.count))
            let head = HTTPResponseHead(
                version: .http1_1, status: HTTPResponseStatus(statusCode: answer.status), headers: headers)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: answer.body)))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
