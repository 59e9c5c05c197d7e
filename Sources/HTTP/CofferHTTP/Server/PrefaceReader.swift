internal import NIOCore

/// Tells HTTP/2 with prior knowledge (RFC 9113, 3.3) from HTTP/1.1 by the first bytes of a plain connection.
final class PrefaceReader: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    private let connection: ConnectionPipeline
    private let arrival: Arrival
    private var held: ByteBuffer?
    private var deadline: Scheduled<Void>?

    init(_ connection: ConnectionPipeline, _ arrival: Arrival) {
        self.connection = connection
        self.arrival = arrival
    }

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
                try connection.addHTTP2(to: context.channel, arrival)
            } else {
                try connection.addHTTP1(to: context.channel, arrival)
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
