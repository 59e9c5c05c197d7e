internal import NIOCore
internal import NIOHTTP1

/// Sends one request when the connection is up and gathers its answer.
final class WebExchange: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let request: WebRequest
    private let limit: TimeAmount
    private let promise: EventLoopPromise<WebAnswer>
    private var deadline: Scheduled<Void>?
    private var status: Int?
    private var received: [UInt8] = []

    init(_ request: WebRequest, limit: TimeAmount, _ promise: EventLoopPromise<WebAnswer>) {
        self.request = request
        self.limit = limit
        self.promise = promise
    }

    func channelActive(context: ChannelHandlerContext) {
        let (promise, channel) = (promise, context.channel)
        deadline = context.eventLoop.scheduleTask(in: limit) {
            promise.fail(WebFailure.timedOut)
            channel.close(promise: nil)
        }
        var fields = HTTPHeaders([("Host", request.address.authority), ("Connection", "close")])
        for header in request.headers { fields.add(name: header.name, value: header.value) }
        if !request.body.isEmpty || request.method != "GET" {
            fields.add(name: "Content-Length", value: String(request.body.count))
        }
        let head = HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: request.method), uri: request.target, headers: fields)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !request.body.isEmpty {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: request.body)))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): status = Int(head.status.code)
        case .body(let part):
            guard received.count + part.readableBytes <= request.longestAnswer else {
                return fail(WebFailure.tooLarge, context)
            }
            received += part.readableBytesView
        case .end:
            guard let status else { return fail(WebFailure.disconnected, context) }
            deadline?.cancel()
            promise.succeed(WebAnswer(status: status, body: received))
            context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(error, context) }

    func channelInactive(context: ChannelHandlerContext) { fail(WebFailure.disconnected, context) }

    private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        promise.fail(error)
        context.close(promise: nil)
    }
}
