internal import NIOCore
internal import NIOHTTP2

/// When an HTTP/2 connection ends: after a while without a byte from the client and without a request, or after the
/// farewell (GOAWAY) with which NIO answers a client that broke the protocol.
///
/// Stands before the HTTP/2 handler, where every byte of both sides passes by.
final class HTTP2Lifetime: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    /// How long a client has to read the farewell and to close; what it still sends is dropped.
    private static let lingering = TimeAmount.seconds(2)

    private let timeout: TimeAmount
    private let place: OpenConnections.Place
    private var serving = 0
    private var frames = HTTP2FrameWalk()
    private var isLeaving = false
    private var deadline = NIODeadline.distantFuture
    private var watcher: Scheduled<Void>?

    init(timeout: TimeAmount, _ place: OpenConnections.Place) {
        self.timeout = timeout
        self.place = place
    }

    func handlerAdded(context: ChannelHandlerContext) {
        used()
        watch(context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isLeaving { return }
        used()
        context.fireChannelRead(data)
    }

    func channelInactive(context: ChannelHandlerContext) {
        watcher?.cancel()
        context.fireChannelInactive()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isLeaving, case .byteBuffer(let buffer) = unwrapOutboundIn(data), frames.holdFarewell(buffer) else {
            return context.write(data, promise: promise)
        }
        isLeaving = true
        let written = promise ?? context.eventLoop.makePromise()
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        written.futureResult.whenComplete { _ in bound.value.0.leave(bound.value.1) }
        context.write(data, promise: written)
    }

    /// A request's handler has begun.
    func requestBegan() {
        serving += 1
        place.requestBegan()
    }

    func requestEnded() {
        serving -= 1
        place.requestEnded()
        used()
    }

    private func used() { deadline = .now() + timeout }

    /// Looks at the deadline now and then: a timer for every packet would cost more.
    private func watch(_ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        watcher = context.eventLoop.scheduleTask(in: .nanoseconds(max(timeout.nanoseconds / 4, 10_000_000))) {
            let (lifetime, context) = bound.value
            lifetime.check(context)
        }
    }

    private func check(_ context: ChannelHandlerContext) {
        // The farewell was not taken.
        if isLeaving { return context.close(promise: nil) }
        watch(context)
        guard serving == 0 && NIODeadline.now() >= deadline else { return }
        let frame = HTTP2Frame(
            streamID: .rootStream, payload: .goAway(lastStreamID: .maxID, errorCode: .noError, opaqueData: nil))
        context.channel.writeAndFlush(frame, promise: nil)
    }

    /// As after the last answer of HTTP/1.1, the client is let finish for a while, unheard.
    private func leave(_ context: ChannelHandlerContext) {
        watcher?.cancel()
        context.close(mode: .output, promise: nil)
        let channel = context.channel
        watcher = context.eventLoop.scheduleTask(in: Self.lingering) { channel.close(promise: nil) }
    }
}
