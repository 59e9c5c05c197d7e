internal import NIOCore
internal import NIOHPACK
internal import NIOHTTP2

/// One request over HTTP/2: its stream lives on the connection's event loop, as HTTP/1.1 does.
final class HTTP2Stream: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    private let handler: HTTPHandler
    private let configuration: ListenerConfiguration
    private let dates: HTTPDate
    private let executor: EventLoopTaskExecutor
    private let info: ConnectionInfo
    private var body: HTTPBody?
    private var received = 0
    private var isEnded = false
    private var deadline: Scheduled<Void>?

    init(
        _ handler: @escaping HTTPHandler, _ configuration: ListenerConfiguration, _ dates: HTTPDate,
        _ info: ConnectionInfo, on eventLoop: any EventLoop
    ) {
        self.handler = handler
        self.configuration = configuration
        self.dates = dates
        self.info = info
        executor = EventLoopTaskExecutor(eventLoop)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        deadline = context.eventLoop.scheduleTask(in: configuration.readTimeout) {
            if !bound.value.isEnded { channel.close(promise: nil) }
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .headers(let headers): begin(headers, context)
        case .data(let data): append(data, context)
        default: break
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        body?.fail(.disconnected)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        body?.fail(.disconnected)
        context.close(promise: nil)
    }

    private func begin(_ headers: HTTP2Frame.FramePayload.Headers, _ context: ChannelHandlerContext) {
        // A second block holds trailers, which are dropped as in HTTP/1.1.
        if let body {
            if headers.endStream { end(body) }
            return
        }
        guard let request = request(headers, context) else {
            return write(.failure(400), method: "GET", context)
        }
        body = request.body
        if headers.endStream { end(request.body) }
        let method = request.method
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        executor.answer(request, handler) { response in
            bound.value.0.write(response, method: method, bound.value.1)
        }
    }

    private func request(
        _ headers: HTTP2Frame.FramePayload.Headers, _ context: ChannelHandlerContext
    ) -> HTTPRequest? {
        guard let method = headers.headers.first(name: ":method"), let target = headers.headers.first(name: ":path"),
            target.utf8.first == UInt8(ascii: "/"), target.utf8.allSatisfy({ (0x21...0x7e).contains($0) }),
            target.utf8.count <= configuration.limits.requestLine
        else { return nil }
        var fields = HTTPFields()
        for (name, value, _) in headers.headers where !name.hasPrefix(":") {
            fields.add(name, value)
            if fields.list.count > configuration.limits.fields { return nil }
        }
        if let authority = headers.headers.first(name: ":authority") { fields.add("host", authority) }
        let mark = target.utf8.firstIndex(of: UInt8(ascii: "?"))
        let declared = headers.endStream ? 0 : fields["content-length"].flatMap { Int($0) }
        let (channel, loop) = (context.channel, context.eventLoop)
        let body = HTTPBody(declaredLength: declared) {
            loop.execute { channel.setOption(ChannelOptions.autoRead, value: true).whenFailure { _ in } }
        }
        return HTTPRequest(
            method: method, path: String(target[..<(mark ?? target.endIndex)]),
            query: mark.map { String(target[target.utf8.index(after: $0)...]) }, fields: fields, connection: info,
            body: body)
    }

    private func append(_ data: HTTP2Frame.FramePayload.Data, _ context: ChannelHandlerContext) {
        guard let body, case .byteBuffer(let buffer) = data.data else { return }
        body.append(buffer.readableBytesView)
        if data.endStream { return end(body) }
        if body.unwanted > configuration.maximumBuffered {
            context.channel.setOption(ChannelOptions.autoRead, value: false).whenFailure { _ in }
        }
    }

    private func end(_ body: HTTPBody) {
        isEnded = true
        deadline?.cancel()
        body.finish()
    }

    private func write(_ response: HTTPResponse, method: String, _ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        var headers = HPACKHeaders([(":status", String(response.status))])
        for field in response.fields.list { headers.add(name: field.name.lowercased(), value: field.value) }
        headers.add(name: "date", value: dates.now())
        if response.status != 204 { headers.add(name: "content-length", value: String(response.body.count)) }
        let hasBody = method != "HEAD" && response.status != 204 && !response.body.isEmpty
        context.write(wrapOutboundOut(.headers(.init(headers: headers, endStream: !hasBody))), promise: nil)
        if hasBody {
            let buffer = context.channel.allocator.buffer(bytes: response.body)
            context.write(wrapOutboundOut(.data(.init(data: .byteBuffer(buffer), endStream: true))), promise: nil)
        }
        context.flush()
        // What the client still sends of a body that nobody wanted is refused.
        if !isEnded { context.close(promise: nil) }
    }
}
