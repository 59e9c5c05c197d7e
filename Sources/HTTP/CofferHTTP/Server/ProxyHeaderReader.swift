internal import NIOCore

/// Takes the header of the PROXY protocol from the start of a connection, and then sets up what reads the rest.
final class ProxyHeaderReader: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let connection: ConnectionPipeline
    private let isBelieved: Bool
    private var arrival: Arrival
    private var held = ByteBuffer()
    private var isDone = false
    private var deadline: Scheduled<Void>?

    init(_ connection: ConnectionPipeline, _ arrival: Arrival, isBelieved: Bool) {
        self.connection = connection
        self.arrival = arrival
        self.isBelieved = isBelieved
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: connection.configuration.headerTimeout) {
            channel.close(promise: nil)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        held.writeBuffer(&buffer)
        if isDone { return }
        switch ProxyHeader.read(held.readableBytesView) {
        case .incomplete: break
        case .malformed:
            isDone = true
            context.close(promise: nil)
        case .absent: finish(context)
        case .header(let header):
            held.moveReaderIndex(forwardBy: header.length)
            if isBelieved { arrival.info.take(header.source) }
            finish(context)
        }
    }

    private func finish(_ context: ChannelHandlerContext) {
        isDone = true
        deadline?.cancel()
        do {
            try connection.begin(on: context.channel, arrival)
        } catch {
            return context.close(promise: nil)
        }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    /// What came behind the header belongs to the handlers that were added behind this one.
    func removeHandler(context: ChannelHandlerContext, removalToken: ChannelHandlerContext.RemovalToken) {
        if held.readableBytes > 0 {
            context.fireChannelRead(NIOAny(held))
            context.fireChannelReadComplete()
        }
        held.clear()
        context.leavePipeline(removalToken: removalToken)
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        context.fireChannelInactive()
    }
}
