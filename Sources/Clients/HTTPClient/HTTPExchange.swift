internal import NIOCore
internal import NIOHTTP1

/// Sends one request when the connection is up and gathers its answer.
final class HTTPExchange: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let call: HTTPCall
    private let address: HTTPAddress
    private let limit: TimeAmount
    private let promise: EventLoopPromise<HTTPAnswer>
    private var deadline: Scheduled<Void>?
    private var head: HTTPResponseHead?
    private var received: [UInt8] = []

    init(_ call: HTTPCall, _ address: HTTPAddress, limit: TimeAmount, _ promise: EventLoopPromise<HTTPAnswer>) {
        self.call = call
        self.address = address
        self.limit = limit
        self.promise = promise
    }

    func channelActive(context: ChannelHandlerContext) {
        let (promise, channel) = (promise, context.channel)
        deadline = context.eventLoop.scheduleTask(in: limit) {
            promise.fail(HTTPFailure.timedOut)
            channel.close(promise: nil)
        }
        var fields = HTTPHeaders(call.headers.map { ($0.name, $0.value) })
        fields.replaceOrAdd(name: "Host", value: address.authority)
        fields.replaceOrAdd(name: "Connection", value: "close")
        if !call.body.isEmpty || call.method != "GET" {
            fields.replaceOrAdd(name: "Content-Length", value: String(call.body.count))
        }
        let head = HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: call.method), uri: address.basePath + call.target,
            headers: fields)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !call.body.isEmpty {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: call.body)))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body(let part):
            guard received.count + part.readableBytes <= call.longestAnswer else {
                return fail(HTTPFailure.tooLarge, context)
            }
            received += part.readableBytesView
        case .end:
            guard let head else { return fail(HTTPFailure.disconnected, context) }
            deadline?.cancel()
            promise.succeed(
                HTTPAnswer(
                    status: Int(head.status.code), headers: head.headers.map { ($0.name, $0.value) }, body: received))
            context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(error, context) }

    func channelInactive(context: ChannelHandlerContext) { fail(HTTPFailure.disconnected, context) }

    private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        promise.fail(error)
        context.close(promise: nil)
    }
}
