internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import NIOTLS
internal import Synchronization

/// Connections to the leader's cluster port, kept open; each carries one request at a time.
final class ForwardingClient: Sendable {
    private struct Link: Sendable {
        let channel: any Channel
        let exchange: NIOLoopBound<ForwardingExchange>
    }

    private struct State {
        var idle: [Link] = []
        var all: [ObjectIdentifier: any Channel] = [:]
        var isClosed = false
        /// Echoes in a row that the leader did not answer.
        var silence = 0
    }

    private let host: String
    private let port: Int
    private let tls: NIOSSLContext
    private let group: any EventLoopGroup
    private let state = Mutex(State())

    private static let connectTimeout: TimeAmount = .seconds(2)
    /// Unanswered echoes after which the leader is out of reach: a network that lost it tells nobody.
    private static let longestSilence = 2
    private static let idleLimit = 64
    static let answerTimeout: TimeAmount = .seconds(90)

    init(host: String, port: Int, tls: NIOSSLContext, group: any EventLoopGroup) {
        self.host = host
        self.port = port
        self.tls = tls
        self.group = group
    }

    func send(
        _ request: ForwardedRequest, timeout: TimeAmount = answerTimeout
    ) async throws(ForwardingFailure) -> HTTPResponse {
        if state.withLock({ $0.silence >= Self.longestSilence }) { throw .unreachable }
        return try await exchange(request, timeout)
    }

    /// A request that also shows whether the leader can be reached. After several without an answer those that wait
    /// are given up, and others are refused until the leader answers again.
    func echo(_ request: ForwardedRequest, timeout: TimeAmount) async throws(ForwardingFailure) -> HTTPResponse {
        do throws(ForwardingFailure) {
            let response = try await exchange(request, timeout)
            state.withLock { $0.silence = 0 }
            return response
        } catch {
            let lost = state.withLock { state in
                state.silence += 1
                return state.silence == Self.longestSilence ? Array(state.all.values) : []
            }
            for channel in lost { channel.close(promise: nil) }
            throw error
        }
    }

    private func exchange(
        _ request: ForwardedRequest, _ timeout: TimeAmount
    ) async throws(ForwardingFailure) -> HTTPResponse {
        let link = try await link()
        let result: Result<HTTPResponse, ForwardingFailure>
        do {
            result = .success(
                try await link.channel.eventLoop.flatSubmit {
                    link.exchange.value.begin(request, on: link.channel, timeout)
                }.get())
        } catch let failure as ForwardingFailure {
            result = .failure(failure)
        } catch {
            result = .failure(.lost)
        }
        if case .success = result { keep(link) } else { link.channel.close(promise: nil) }
        return try result.get()
    }

    /// Ends everything, what is on its way included: this leader no longer leads.
    func close() {
        let channels = state.withLock { state in
            state.isClosed = true
            state.idle = []
            return state.all.values
        }
        for channel in channels { channel.close(promise: nil) }
    }

    private func link() async throws(ForwardingFailure) -> Link {
        let kept: Link? = state.withLock { state in
            while let link = state.idle.popLast() { if link.channel.isActive { return link } }
            return nil
        }
        if let kept { return kept }
        do {
            return try await connect()
        } catch {
            throw .unreachable
        }
    }

    private func connect() async throws -> Link {
        let tls = tls
        let channel = try await ClientBootstrap(group: group)
            .connectTimeout(Self.connectTimeout)
            .channelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(try NIOSSLClientHandler(context: tls, serverHostname: nil))
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandler(ForwardingExchange(ready: channel.eventLoop.makePromise()))
                }
            }.connect(host: host, port: port).get()
        let exchange = try await channel.eventLoop.submit {
            NIOLoopBound(
                try channel.pipeline.syncOperations.handler(type: ForwardingExchange.self),
                eventLoop: channel.eventLoop)
        }.get()
        // Before that nothing can have reached the leader.
        let late = channel.eventLoop.scheduleTask(in: Self.connectTimeout) { channel.close(promise: nil) }
        defer { late.cancel() }
        try await channel.eventLoop.flatSubmit { exchange.value.ready.futureResult }.get()
        let isClosed = state.withLock { state in
            if !state.isClosed { state.all[ObjectIdentifier(channel)] = channel }
            return state.isClosed
        }
        if isClosed { channel.close(promise: nil) }
        channel.closeFuture.whenComplete { [weak self] _ in
            self?.state.withLock { $0.all[ObjectIdentifier(channel)] = nil }
        }
        return Link(channel: channel, exchange: exchange)
    }

    private func keep(_ link: Link) {
        let isKept = state.withLock { state in
            guard !state.isClosed, link.channel.isActive, state.idle.count < Self.idleLimit else { return false }
            state.idle.append(link)
            return true
        }
        if !isKept { link.channel.close(promise: nil) }
    }
}

/// One request and its answer, then the next.
final class ForwardingExchange: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    /// An answer is held whole.
    private static let limit = 64 << 20

    /// Of the handshake.
    let ready: EventLoopPromise<Void>
    private var isReady = false
    private var waiting: EventLoopPromise<HTTPResponse>?
    private var timeout: Scheduled<Void>?
    private var response = HTTPResponse(status: 0)

    init(ready: EventLoopPromise<Void>) { self.ready = ready }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent { finishHandshake(.success(())) }
        context.fireUserInboundEventTriggered(event)
    }

    func begin(_ request: ForwardedRequest, on channel: any Channel, _ limit: TimeAmount) -> EventLoopFuture<
        HTTPResponse
    > {
        let loop = channel.eventLoop
        guard channel.isActive, waiting == nil else { return loop.makeFailedFuture(ForwardingFailure.unreachable) }
        let promise = loop.makePromise(of: HTTPResponse.self)
        waiting = promise
        response = HTTPResponse(status: 0)
        timeout = loop.scheduleTask(in: limit) { channel.close(promise: nil) }
        channel.write(HTTPClientRequestPart.head(request.head), promise: nil)
        channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: request.body))), promise: nil)
        channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
        return promise.futureResult
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            response.status = Int(head.status.code)
            for (name, value) in head.headers where !Self.own.contains(name.lowercased()) {
                response.fields.add(name, value)
            }
        case .body(let bytes):
            guard response.body.count + bytes.readableBytes <= Self.limit else {
                return context.close(promise: nil)
            }
            response.body.append(contentsOf: bytes.readableBytesView)
        case .end:
            // 100 and its like are no answers yet.
            if response.status >= 200 { finish(.success(response)) }
        }
    }

    /// What this server writes itself.
    private static let own: Set = ["connection", "content-length", "transfer-encoding", "date", "keep-alive"]

    func channelInactive(context: ChannelHandlerContext) {
        finishHandshake(.failure(ForwardingFailure.unreachable))
        finish(.failure(ForwardingFailure.lost))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finishHandshake(.failure(ForwardingFailure.unreachable))
        finish(.failure(ForwardingFailure.lost))
        context.close(promise: nil)
    }

    /// A connection that is refused never becomes active.
    func handlerRemoved(context: ChannelHandlerContext) { finishHandshake(.failure(ForwardingFailure.unreachable)) }

    private func finishHandshake(_ result: Result<Void, any Error>) {
        if isReady { return }
        isReady = true
        ready.completeWith(result)
    }

    private func finish(_ result: Result<HTTPResponse, any Error>) {
        timeout?.cancel()
        timeout = nil
        let promise = waiting
        waiting = nil
        promise?.completeWith(result)
    }
}
