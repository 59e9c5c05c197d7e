internal import NIOCore
internal import NIOHTTP2
internal import NIOSSL
internal import NIOTLS
internal import Synchronization

/// Connections of one server that are open now.
final class OpenConnections: Sendable {
    private let count = Atomic(0)

    /// False when there are `limit` already.
    func enter(limit: Int) -> Bool {
        if count.add(1, ordering: .relaxed).newValue <= limit { return true }
        leave()
        return false
    }

    func leave() { count.subtract(1, ordering: .relaxed) }
}

/// Sets up a new connection: TLS when the listener has it, then the version of HTTP that the client speaks.
struct ConnectionPipeline: Sendable {
    let handler: HTTPHandler
    let configuration: ListenerConfiguration
    let dates: HTTPDate
    let open: OpenConnections

    func set(up channel: any Channel) throws {
        guard open.enter(limit: configuration.maximumConnections) else {
            channel.close(promise: nil)
            return
        }
        channel.closeFuture.whenComplete { [open] _ in open.leave() }
        let pipeline = channel.pipeline.syncOperations
        guard let tls = configuration.tls else {
            return try pipeline.addHandler(PrefaceReader(self))
        }
        try pipeline.addHandler(try tls.makeHandler())
        try pipeline.addHandler(
            ApplicationProtocolNegotiationHandler { (result: ALPNResult, channel: any Channel) in
                channel.eventLoop.makeCompletedFuture {
                    if result == .negotiated("h2") { try addHTTP2(to: channel) } else { try addHTTP1(to: channel) }
                }
            })
    }

    func addHTTP1(to channel: any Channel) throws {
        try channel.pipeline.syncOperations.addHandler(
            HTTP1Connection(handler, configuration, dates, on: channel.eventLoop))
    }

    func addHTTP2(to channel: any Channel) throws {
        var info = ConnectionInfo()
        info.readAddress(of: channel)
        info.readPeer(of: channel.pipeline)
        var settings = NIOHTTP2Handler.Configuration()
        settings.connection.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: 100),
            HTTP2Setting(parameter: .maxHeaderListSize, value: configuration.limits.head),
        ]
        let (connection, peer) = (self, info)
        _ = try channel.pipeline.syncOperations.configureHTTP2Pipeline(
            mode: .server, connectionConfiguration: settings.connection, streamConfiguration: settings.stream
        ) { stream in
            stream.eventLoop.makeCompletedFuture {
                try stream.pipeline.syncOperations.addHandler(
                    HTTP2Stream(
                        connection.handler, connection.configuration, connection.dates, peer, on: stream.eventLoop))
            }
        }
        try channel.pipeline.syncOperations.addHandler(IdleHTTP2(timeout: configuration.idleTimeout))
    }
}

/// Tells HTTP/2 with prior knowledge (RFC 9113, 3.3) from HTTP/1.1 by the first bytes of a plain connection.
final class PrefaceReader: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    private let connection: ConnectionPipeline
    private var held: ByteBuffer?
    private var deadline: Scheduled<Void>?

    init(_ connection: ConnectionPipeline) { self.connection = connection }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: connection.configuration.headerTimeout) {
            channel.close(promise: nil)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        if held == nil { held = buffer } else { held?.writeBuffer(&buffer) }
        guard let first = held?.readableBytesView else { return }
        let isHTTP2 = first.starts(with: Self.preface)
        if !isHTTP2 && Self.preface.starts(with: first) { return }
        deadline?.cancel()
        do {
            if isHTTP2 {
                try connection.addHTTP2(to: context.channel)
            } else {
                try connection.addHTTP1(to: context.channel)
            }
        } catch {
            return context.close(promise: nil)
        }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    /// What was read meanwhile belongs to the handlers that were added behind this one.
    func removeHandler(context: ChannelHandlerContext, removalToken: ChannelHandlerContext.RemovalToken) {
        if let held { context.fireChannelRead(NIOAny(held)) }
        held = nil
        context.fireChannelReadComplete()
        context.leavePipeline(removalToken: removalToken)
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        context.fireChannelInactive()
    }
}

/// Closes an HTTP/2 connection on which nothing was read for a while.
final class IdleHTTP2: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame

    private let timeout: TimeAmount
    private var deadline: Scheduled<Void>?

    init(timeout: TimeAmount) { self.timeout = timeout }

    func handlerAdded(context: ChannelHandlerContext) { arm(context) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        arm(context)
        context.fireChannelRead(data)
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        context.fireChannelInactive()
    }

    private func arm(_ context: ChannelHandlerContext) {
        deadline?.cancel()
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: timeout) { channel.close(promise: nil) }
    }
}
