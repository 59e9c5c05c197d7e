internal import NIOCore
internal import NIOHTTP1

/// Sends one request when the connection is up and gathers its answer, or hands it on as it comes.
final class ResponseCollector: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    /// The connection ended, or gave up, before the answer was complete.
    enum Failure: Error { case endOfFile, timedOut, tooLarge }

    /// Snapshots are the largest answers; more than this is a broken peer.
    private static let longestBody = 1 << 30

    private let head: HTTPRequestHead
    private let body: [UInt8]
    private let timeout: TimeAmount
    private let promise: EventLoopPromise<APIResponse>
    private var deadline: Scheduled<Void>?
    private var answer: HTTPResponseHead?
    private var received: [UInt8] = []
    /// Gets the parts of a success in place of the answer's body.
    private let onPart: (@Sendable ([UInt8]) -> Void)?

    init(
        head: HTTPRequestHead, body: [UInt8], timeout: TimeAmount, promise: EventLoopPromise<APIResponse>,
        onPart: (@Sendable ([UInt8]) -> Void)? = nil
    ) {
        self.head = head
        self.body = body
        self.timeout = timeout
        self.promise = promise
        self.onPart = onPart
    }

    func channelActive(context: ChannelHandlerContext) {
        let promise = promise
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: timeout) {
            promise.fail(Failure.timedOut)
            channel.close(promise: nil)
        }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !body.isEmpty { context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): answer = head
        case .body(let part):
            if let onPart, answer?.status == .ok { return onPart(Array(part.readableBytesView)) }
            guard received.count + part.readableBytes <= Self.longestBody else {
                return fail(Failure.tooLarge, context)
            }
            received += part.readableBytesView
        case .end: succeed(context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(error, context) }

    func channelInactive(context: ChannelHandlerContext) { fail(Failure.endOfFile, context) }

    private func succeed(_ context: ChannelHandlerContext) {
        guard let answer else { return fail(Failure.endOfFile, context) }
        deadline?.cancel()
        promise.succeed(
            APIResponse(
                status: Int(answer.status.code), headers: answer.headers.map { ($0.name, $0.value) }, body: received))
        context.close(promise: nil)
    }

    private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        promise.fail(error)
        context.close(promise: nil)
    }
}
