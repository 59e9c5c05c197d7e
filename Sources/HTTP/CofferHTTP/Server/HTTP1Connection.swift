internal import CofferFramework
internal import NIOCore

/// One HTTP/1.1 connection: parses, dispatches one request at a time, answers in order.
///
/// Lives on its event loop; only the request's task leaves it, and comes back through the loop.
final class HTTP1Connection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How long the rest of a refused request is read and dropped.
    private static let lingering = TimeAmount.seconds(2)
    /// And how much of it: what comes after that waits in vain.
    private static let mostDropped = 1 << 20

    private let handler: HTTPHandler
    private let configuration: ListenerConfiguration
    private let executor: EventLoopTaskExecutor
    private let dates: HTTPDate
    private let bodies: BodyBudget
    private let place: OpenConnections.Place
    private var parser: HTTP1Parser
    private var info: ConnectionInfo
    /// The request that is being served, if any.
    private var body: HTTPBody?
    private var isReadingBody = false
    private var keepsAlive = true
    private var isServing = false
    private var holdsPlace = false
    private var isReading = true
    /// Between requests, with not a byte of the next one.
    private var isIdle = false
    private var isPeerRead = false
    private var isClosing = false
    private var dropped = 0
    /// While the answer is a stream.
    private var sender: StreamSender?
    private var deadline = NIODeadline.distantFuture
    /// When a client has taken nothing of what waits for it for too long.
    private var stallDeadline = NIODeadline.distantFuture
    /// When the request that is being served has taken too long.
    private var requestDeadline = NIODeadline.distantFuture
    private var watcher: Scheduled<Void>?

    init(_ connection: ConnectionPipeline, _ arrival: Arrival, on eventLoop: any EventLoop) {
        handler = connection.handler
        configuration = connection.configuration
        dates = connection.dates
        bodies = connection.bodies
        place = arrival.place
        info = arrival.info
        executor = connection.executor(of: eventLoop)
        parser = HTTP1Parser(limits: configuration.limits)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        allow(configuration.headerTimeout)
        watch(context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        if isClosing { return drop(buffer.readableBytes, context) }
        parser.append(buffer.readableBytesView)
        pump(context)
        // A client that sends ahead of a slow answer must not fill the memory.
        if isServing && (body?.unwanted ?? 0) + parser.pending > configuration.maximumBuffered {
            setReading(false, context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        isClosing = true
        watcher?.cancel()
        sender?.stop()
        sender = nil
        body?.fail(.disconnected)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        body?.fail(.disconnected)
        context.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent {
            body?.fail(.disconnected)
            if !isServing { context.close(promise: nil) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        stallDeadline = context.channel.isWritable ? .distantFuture : .now() + configuration.readTimeout
        if !isServing && !isClosing && context.channel.isWritable {
            setReading(true, context)
            pump(context)
        }
        context.fireChannelWritabilityChanged()
    }

    // MARK: reading

    private func pump(_ context: ChannelHandlerContext) {
        while !isClosing {
            // The next head waits until the answer before it is written.
            if isServing && !isReadingBody { return }
            // A client that asks on and on but takes no answers must not fill the memory with them.
            if !isServing && !context.channel.isWritable { return setReading(false, context) }
            guard let event = parser.next() else { return expectHead() }
            switch event {
            case .head(let head): begin(head, context)
            case .body(let bytes): body?.append(bytes)
            case .end:
                isReadingBody = false
                holdPlace()
                body?.finish()
            case .failure(let status):
                body?.fail(.disconnected)
                if isServing {
                    keepsAlive = false
                } else {
                    refuse(.failure(status), context)
                }
                isReadingBody = false
                return
            }
        }
    }

    /// From its first byte on, a head has little time.
    private func expectHead() {
        guard isIdle && parser.pending > 0 else { return }
        isIdle = false
        allow(configuration.headerTimeout)
    }

    private func begin(_ head: HTTP1Parser.Head, _ context: ChannelHandlerContext) {
        isServing = true
        isReadingBody = true
        isIdle = false
        keepsAlive = head.keepsAlive
        let now = NIODeadline.now()
        requestDeadline = now + configuration.requestTimeout
        deadline = now + configuration.readTimeout
        readPeer(context)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let loop = context.eventLoop
        var declared: Int?
        if case .fixed(let length) = head.length { declared = length } else if head.length == .none { declared = 0 }
        let (expectsContinue, method, isOld) = (head.expectsContinue, head.method, head.isOld)
        let body = HTTPBody(declaredLength: declared, budget: bodies) { isFirst in
            loop.execute { bound.value.0.wantBody(isFirst && expectsContinue, bound.value.1) }
        }
        self.body = body
        // Whatever has come already belongs to the body before the handler asks for it.
        while isReadingBody, let event = parser.next() {
            switch event {
            case .body(let bytes): body.append(bytes)
            case .end:
                isReadingBody = false
                body.finish()
            case .failure, .head:
                isReadingBody = false
                keepsAlive = false
                body.fail(.disconnected)
            }
        }
        if isReadingBody { place.touch() } else { holdPlace() }
        let request = HTTPRequest(
            method: head.method, path: head.path, query: head.query, fields: head.fields, connection: info, body: body)
        executor.answer(request, handler) { response in
            bound.value.0.answer(response, method, isOld: isOld, bound.value.1)
        }
    }

    private func readPeer(_ context: ChannelHandlerContext) {
        if isPeerRead { return }
        isPeerRead = true
        info.readPeer(of: context.pipeline)
    }

    private func setReading(_ wanted: Bool, _ context: ChannelHandlerContext) {
        guard isReading != wanted else { return }
        isReading = wanted
        context.channel.setOption(ChannelOptions.autoRead, value: wanted).whenFailure { _ in }
    }

    // MARK: writing

    private func refuse(_ response: HTTPResponse, _ context: ChannelHandlerContext) {
        write(buffer(response, "GET", context, close: true), context, close: true)
    }

    private func wantBody(_ tellsToContinue: Bool, _ context: ChannelHandlerContext) {
        guard isServing, isReadingBody else { return }
        setReading(true, context)
        // A large body may take long as a whole, but not between what the handler asks for.
        allow(configuration.readTimeout)
        guard tellsToContinue else { return }
        var buffer = context.channel.allocator.buffer(capacity: 32)
        buffer.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n")
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    private func answer(_ response: HTTPResponse, _ method: String, isOld: Bool, _ context: ChannelHandlerContext) {
        // A body that nobody read leaves the connection in an unknown place.
        let mustClose = !keepsAlive || isReadingBody
        body = nil
        if let stream = response.stream, !isClosing {
            let framing: HTTP1Answer.Framing = isOld ? .closing : .chunks
            let buffer = buffer(response, method, context, close: mustClose, framing)
            if method == "HEAD" { return complete(buffer, context, close: mustClose) }
            context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
            return send(stream, framing, context, close: mustClose)
        }
        if isClosing { return ended() }
        complete(buffer(response, method, context, close: mustClose), context, close: mustClose)
    }

    private func buffer(
        _ response: HTTPResponse, _ method: String, _ context: ChannelHandlerContext, close: Bool,
        _ framing: HTTP1Answer.Framing = .length
    ) -> ByteBuffer {
        HTTP1Answer.buffer(
            response, method: method, date: dates.now(), closes: close, framing: framing, context.channel.allocator)
    }

    private func send(
        _ stream: ByteStream, _ framing: HTTP1Answer.Framing, _ context: ChannelHandlerContext, close: Bool
    ) {
        let write = { [self] (piece: [UInt8]) in
            var buffer = context.channel.allocator.buffer(capacity: piece.count + 16)
            HTTP1Answer.write(piece: piece, framing, to: &buffer)
            return context.writeAndFlush(wrapOutboundOut(buffer))
        }
        sender = StreamSender(
            stream, on: context.eventLoop, patience: configuration.readTimeout, write: write
        ) { [self] end in
            sender = nil
            guard end == .whole else { return context.close(promise: nil) }
            var buffer = context.channel.allocator.buffer(capacity: 8)
            HTTP1Answer.writeEnd(framing, to: &buffer)
            complete(buffer, context, close: close || !keepsAlive)
        }
        sender?.start()
    }

    /// Writes the last of an answer; then comes the next request, or the end.
    private func complete(_ buffer: ByteBuffer, _ context: ChannelHandlerContext, close: Bool) {
        ended()
        write(buffer, context, close: close)
        if close { return }
        setReading(true, context)
        isIdle = true
        allow(configuration.idleTimeout)
        pump(context)
    }

    /// From the last byte of a request on the client waits for us, and not we for the client.
    private func holdPlace() {
        if !holdsPlace { place.requestBegan() }
        holdsPlace = true
    }

    private func ended() {
        isServing = false
        if holdsPlace { place.requestEnded() }
        holdsPlace = false
    }

    private func write(_ buffer: ByteBuffer, _ context: ChannelHandlerContext, close: Bool) {
        guard close else { return context.writeAndFlush(wrapOutboundOut(buffer), promise: nil) }
        // The watcher closes the connection of a client that does not take the answer.
        isClosing = true
        allow(configuration.idleTimeout)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(buffer)).whenComplete { _ in
            bound.value.0.finish(bound.value.1)
        }
    }

    /// Closes after the last answer.
    ///
    /// Closing while input is unread makes the system reset the connection, and
    /// the client may lose the answer: it is let finish for a while, unheard.
    private func finish(_ context: ChannelHandlerContext) {
        watcher?.cancel()
        guard isReadingBody || parser.hasFailed || parser.pending > 0 else { return context.close(promise: nil) }
        setReading(true, context)
        context.close(mode: .output, promise: nil)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        watcher = context.eventLoop.scheduleTask(in: Self.lingering) { bound.value.close(promise: nil) }
    }

    private func drop(_ count: Int, _ context: ChannelHandlerContext) {
        dropped += count
        if dropped > Self.mostDropped { setReading(false, context) }
    }

    // MARK: time

    /// The connection is closed when nothing complete has come by then.
    private func allow(_ time: TimeAmount) { deadline = .now() + time }

    /// Looks at the deadline now and then: a timer for every request would cost more than the request.
    private func watch(_ context: ChannelHandlerContext) {
        let shortest = min(
            configuration.headerTimeout, configuration.readTimeout, configuration.idleTimeout,
            configuration.requestTimeout)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        watcher = context.eventLoop.scheduleTask(in: .nanoseconds(max(shortest.nanoseconds / 4, 10_000_000))) {
            let (connection, context) = bound.value
            connection.check(context)
        }
    }

    private func check(_ context: ChannelHandlerContext) {
        let isWaiting = isClosing || (sender == nil && (!isServing || isReadingBody))
        let isStalled = sender == nil && NIODeadline.now() >= stallDeadline
        if isStalled || (isWaiting && NIODeadline.now() >= deadline) {
            body?.fail(.disconnected)
            return context.close(promise: nil)
        }
        // The answer that comes later finds the connection closing.
        if isServing && !isReadingBody && sender == nil && !isClosing && NIODeadline.now() >= requestDeadline {
            refuse(.expired, context)
        }
        watch(context)
    }
}
