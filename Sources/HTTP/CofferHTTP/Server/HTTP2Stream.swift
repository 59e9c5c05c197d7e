internal import CofferFramework
internal import NIOCore
internal import NIOHPACK
internal import NIOHTTP2

/// One request over HTTP/2: its stream lives on the connection's event loop, as HTTP/1.1 does.
final class HTTP2Stream: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    private let connection: ConnectionPipeline
    private let info: ConnectionInfo
    private let lifetime: HTTP2Lifetime
    private var body: HTTPBody?
    /// The client has said all.
    private var isEnded = false
    private var isAnswered = false
    /// Counted by the connection as a request under way.
    private var isServing = false
    private var isReading = true
    private var deadline: Scheduled<Void>?
    private var requestDeadline: Scheduled<Void>?
    /// While the answer is a stream.
    private var sender: StreamSender?

    init(_ connection: ConnectionPipeline, _ info: ConnectionInfo, _ lifetime: HTTP2Lifetime) {
        self.connection = connection
        self.info = info
        self.lifetime = lifetime
    }

    func handlerAdded(context: ChannelHandlerContext) { allowTime(context) }

    /// The stream is closed when the rest of the request, or of what the handler asked for, has not come by then.
    private func allowTime(_ context: ChannelHandlerContext) {
        let channel = context.channel
        deadline?.cancel()
        deadline = context.eventLoop.scheduleTask(in: connection.configuration.readTimeout) {
            channel.close(promise: nil)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isAnswered { return }
        switch unwrapInboundIn(data) {
        case .headers(let headers): receive(headers, context)
        case .data(let data): receive(data, context)
        default: break
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        requestDeadline?.cancel()
        sender?.stop()
        sender = nil
        served()
        body?.fail(.disconnected)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        body?.fail(.disconnected)
        context.close(promise: nil)
    }

    // MARK: reading

    private func receive(_ headers: HTTP2Frame.FramePayload.Headers, _ context: ChannelHandlerContext) {
        if headers.endStream { end() }
        // A second block holds trailers, which are dropped as in HTTP/1.1.
        if let body {
            if headers.endStream { body.finish() }
            return
        }
        do throws(HTTP1Head.Refusal) {
            let head = try HTTP2Head.parse(headers.headers, limits: connection.configuration.limits)
            begin(head, declared: headers.endStream ? 0 : head.declaredLength, context)
        } catch {
            write(.failure(error.status), method: "GET", context)
        }
    }

    private func begin(_ head: HTTP2Head, declared: Int?, _ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let loop = context.eventLoop
        let body = HTTPBody(declaredLength: declared, budget: connection.bodies) { isFirst in
            loop.execute { bound.value.0.wantBody(isFirst && head.expectsContinue, bound.value.1) }
        }
        self.body = body
        if isEnded { body.finish() }
        let request = HTTPRequest(
            method: head.method, path: head.path, query: head.query, fields: head.fields, connection: info, body: body)
        lifetime.requestBegan()
        isServing = true
        requestDeadline = loop.scheduleTask(in: connection.configuration.requestTimeout) {
            bound.value.0.expire(bound.value.1)
        }
        connection.executor(of: loop).answer(request, connection.handler) { response in
            bound.value.0.write(response, method: head.method, bound.value.1)
        }
    }

    private func receive(_ data: HTTP2Frame.FramePayload.Data, _ context: ChannelHandlerContext) {
        guard let body, case .byteBuffer(let buffer) = data.data else { return }
        body.append(buffer.readableBytesView)
        if data.endStream {
            end()
            body.finish()
        } else if body.unwanted > connection.configuration.maximumBuffered {
            setReading(false, context)
        }
    }

    private func end() {
        isEnded = true
        deadline?.cancel()
    }

    /// The answer that comes later finds the request answered.
    private func expire(_ context: ChannelHandlerContext) {
        if !isAnswered { write(.expired, method: "GET", context) }
    }

    private func wantBody(_ tellsToContinue: Bool, _ context: ChannelHandlerContext) {
        if isEnded || isAnswered { return }
        setReading(true, context)
        allowTime(context)
        guard tellsToContinue else { return }
        context.writeAndFlush(wrapOutboundOut(.headers(.init(headers: [":status": "100"]))), promise: nil)
    }

    private func setReading(_ wanted: Bool, _ context: ChannelHandlerContext) {
        guard isReading != wanted else { return }
        isReading = wanted
        context.channel.setOption(ChannelOptions.autoRead, value: wanted).whenFailure { _ in }
        // A stream, unlike a socket, does not begin to read by itself.
        if wanted { context.read() }
    }

    // MARK: writing

    private func write(_ response: HTTPResponse, method: String, _ context: ChannelHandlerContext) {
        if isAnswered { return }
        isAnswered = true
        requestDeadline?.cancel()
        body = nil
        if response.stream == nil || method == "HEAD" { served() }
        guard context.channel.isActive else { return }
        var headers = HPACKHeaders([(":status", String(response.status))])
        for field in response.fields.list { headers.add(name: field.name.lowercased(), value: field.value) }
        headers.add(name: "date", value: connection.dates.now())
        if response.status != 204 && response.stream == nil {
            headers.add(name: "content-length", value: String(response.body.count))
        }
        if let stream = response.stream, method != "HEAD" {
            context.writeAndFlush(wrapOutboundOut(.headers(.init(headers: headers))), promise: nil)
            return send(stream, context)
        }
        let hasBody = method != "HEAD" && response.status != 204 && !response.body.isEmpty
        let head = HTTP2Frame.FramePayload.headers(.init(headers: headers, endStream: !hasBody))
        guard hasBody else { return finish(context.writeAndFlush(wrapOutboundOut(head)), context) }
        context.write(wrapOutboundOut(head), promise: nil)
        let buffer = context.channel.allocator.buffer(bytes: response.body)
        let data = HTTP2Frame.FramePayload.data(.init(data: .byteBuffer(buffer), endStream: true))
        finish(context.writeAndFlush(wrapOutboundOut(data)), context)
    }

    private func send(_ stream: ByteStream, _ context: ChannelHandlerContext) {
        let write = { [self] (piece: [UInt8], isLast: Bool) in
            let buffer = context.channel.allocator.buffer(bytes: piece)
            let data = HTTP2Frame.FramePayload.Data(data: .byteBuffer(buffer), endStream: isLast)
            return context.writeAndFlush(wrapOutboundOut(.data(data)))
        }
        let patience = connection.configuration.readTimeout
        sender = StreamSender(stream, on: context.eventLoop, patience: patience, write: { write($0, false) }) {
            [self] end in
            sender = nil
            served()
            if end == .whole {
                finish(write([], true), context)
            } else {
                context.close(promise: nil)
            }
        }
        sender?.start()
    }

    private func served() {
        if isServing { lifetime.requestEnded() }
        isServing = false
    }

    /// What the client still sends of a body that nobody wanted is refused, which takes nothing from the answer
    /// (RFC 9113, 8.1).
    private func finish(_ written: EventLoopFuture<Void>, _ context: ChannelHandlerContext) {
        if isEnded { return }
        setReading(true, context)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        written.whenSuccess {
            let (stream, context) = bound.value
            context.writeAndFlush(stream.wrapOutboundOut(.rstStream(.noError)), promise: nil)
        }
    }
}
