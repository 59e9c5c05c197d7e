import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix
import NIOSSL

/// A client of HTTP/2 with prior knowledge, or over TLS.
struct HTTP2Client: Sendable {
    let channel: any Channel
    private let multiplexer: NIOHTTP2Handler.StreamMultiplexer

    static func connect(
        port: Int, tls: NIOSSLContext? = nil, afterHeader header: [UInt8] = []
    ) async throws -> HTTP2Client {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if !header.isEmpty { try pipeline.addHandler(HeaderSender(header)) }
                    if let tls { try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: nil)) }
                    _ = try pipeline.configureHTTP2Pipeline(
                        mode: .client, connectionConfiguration: .init(), streamConfiguration: .init()
                    ) { $0.eventLoop.makeSucceededVoidFuture() }
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        let multiplexer = try await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.handler(type: NIOHTTP2Handler.self).syncMultiplexer()
        }.get()
        return HTTP2Client(channel: channel, multiplexer: multiplexer)
    }

    /// Opens a stream and sends the head of a request.
    func open(
        _ method: String, _ path: String, _ fields: [(String, String)] = [], endStream: Bool
    ) async throws -> HTTP2Exchange {
        let answer = channel.eventLoop.makePromise(of: HTTP2Answer.self)
        let opened = channel.eventLoop.makePromise(of: (any Channel).self)
        multiplexer.createStreamChannel(promise: opened) { stream in
            stream.eventLoop.makeCompletedFuture {
                try stream.pipeline.syncOperations.addHandler(HTTP2AnswerReader(answer))
            }
        }
        opened.futureResult.whenFailure { answer.fail($0) }
        let stream = try await opened.futureResult.get()
        let head: [(String, String)] = [
            (":method", method), (":scheme", "http"), (":path", path), (":authority", "a"),
        ]
        let headers = HPACKHeaders(head + fields)
        try await stream.writeAndFlush(HTTP2Frame.FramePayload.headers(.init(headers: headers, endStream: endStream)))
        return HTTP2Exchange(stream: stream, answer: answer.futureResult)
    }

    /// A request with its answer.
    func ask(
        _ method: String, _ path: String, _ fields: [(String, String)] = [], body: [UInt8]? = nil
    ) async throws -> HTTP2Answer {
        let exchange = try await open(method, path, fields, endStream: body == nil)
        if let body { exchange.post(body, endStream: true) }
        return try await exchange.end()
    }

    func close() async throws { try await channel.close() }
}

/// A request under way.
struct HTTP2Exchange: Sendable {
    let stream: any Channel
    fileprivate let answer: EventLoopFuture<HTTP2Answer>

    init(stream: any Channel, answer: EventLoopFuture<HTTP2Answer>) {
        self.stream = stream
        self.answer = answer
    }

    /// Sends a piece of the body without waiting until the server takes it.
    func post(_ bytes: [UInt8], endStream: Bool) {
        let data = HTTP2Frame.FramePayload.Data(
            data: .byteBuffer(stream.allocator.buffer(bytes: bytes)), endStream: endStream)
        stream.writeAndFlush(HTTP2Frame.FramePayload.data(data), promise: nil)
    }

    func send(_ bytes: [UInt8]) async throws {
        let data = HTTP2Frame.FramePayload.Data(data: .byteBuffer(stream.allocator.buffer(bytes: bytes)))
        try await stream.writeAndFlush(HTTP2Frame.FramePayload.data(data))
    }

    func sendTrailers(_ fields: [(String, String)]) async throws {
        let trailers = HTTP2Frame.FramePayload.Headers(headers: HPACKHeaders(fields), endStream: true)
        try await stream.writeAndFlush(HTTP2Frame.FramePayload.headers(trailers))
    }

    /// Resets the stream.
    func reset() { stream.close(promise: nil) }

    /// What came until the stream ended.
    func end() async throws -> HTTP2Answer {
        let silence = stream.eventLoop.scheduleTask(in: .seconds(90)) { [stream] in stream.close(promise: nil) }
        defer { silence.cancel() }
        return try await answer.get()
    }
}

/// What a server said on one stream.
struct HTTP2Answer: Sendable {
    var heads: [HPACKHeaders] = []
    var body: [UInt8] = []
    /// The server has said all.
    var isWhole = false
    /// The stream was broken off with this.
    var reset: HTTP2ErrorCode?

    var status: String? { heads.last?.first(name: ":status") }
    var text: String { String(decoding: body, as: UTF8.self) }

    subscript(name: String) -> String? { heads.last?.first(name: name) }
}

private final class HTTP2AnswerReader: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    private let promise: EventLoopPromise<HTTP2Answer>
    private var answer = HTTP2Answer()

    init(_ promise: EventLoopPromise<HTTP2Answer>) { self.promise = promise }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .headers(let headers):
            answer.heads.append(headers.headers)
            if headers.endStream { answer.isWhole = true }
        case .data(let data):
            if case .byteBuffer(let buffer) = data.data { answer.body += Array(buffer.readableBytesView) }
            if data.endStream { answer.isWhole = true }
        case .rstStream(let code): answer.reset = code
        default: break
        }
    }

    func channelInactive(context: ChannelHandlerContext) { promise.succeed(answer) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let closed = error as? NIOHTTP2Errors.StreamClosed, answer.reset == nil { answer.reset = closed.errorCode }
        context.close(promise: nil)
    }
}
