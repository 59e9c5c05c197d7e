internal import CofferBase
internal import NIOCore
internal import NIOHPACK
internal import NIOHTTP2

/// One call on its stream: sends the message, and gives what comes back to whoever waits.
final class EtcdExchange: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    /// Receives the messages of the answer as they come, and then how it ended, once.
    struct Receiver: Sendable {
        /// False: nothing more is wanted.
        let message: @Sendable ([UInt8]) -> Bool
        let end: @Sendable (EtcdFailure?) -> Void
    }

    private let call: EtcdCall
    private let headers: HPACKHeaders
    /// Nil: the call lasts, and its sending side stays open.
    private let limit: TimeAmount?
    private let receiver: Receiver
    private var deadline: Scheduled<Void>?
    private var frames: EtcdDeframer
    private var isDone = false

    init(_ call: EtcdCall, headers: HPACKHeaders, limit: TimeAmount?, _ receiver: Receiver) {
        self.call = call
        self.headers = headers
        self.limit = limit
        self.receiver = receiver
        frames = EtcdDeframer(longest: call.longestAnswer)
    }

    func channelActive(context: ChannelHandlerContext) {
        if let limit {
            let loop = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            deadline = context.eventLoop.scheduleTask(in: limit) {
                let (exchange, context) = loop.value
                exchange.finish(EtcdFailure(.lost, "there was no answer in time"), context)
            }
        }
        context.write(wrapOutboundOut(.headers(.init(headers: headers))), promise: nil)
        let data = HTTP2Frame.FramePayload.Data(
            data: .byteBuffer(call.framed(context.channel.allocator)), endStream: limit != nil)
        context.writeAndFlush(wrapOutboundOut(.data(data)), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .headers(let part): read(part, context)
        case .data(let part):
            guard case .byteBuffer(var bytes) = part.data else { return }
            frames.add(&bytes)
            do throws(EtcdFailure) {
                while let message = try frames.next(), !isDone {
                    if !receiver.message(message) {
                        finish(EtcdFailure(.unavailable, "the server gave it up"), context)
                    }
                }
            } catch {
                finish(error, context)
            }
        default: break
        }
    }

    private func read(_ part: HTTP2Frame.FramePayload.Headers, _ context: ChannelHandlerContext) {
        if let status = part.headers.first(name: ":status"), status != "200" {
            return finish(EtcdFailure(.malformed, "HTTP status \(status.prefix(3)): this is not etcd"), context)
        }
        if let text = part.headers.first(name: "grpc-status") {
            guard let status = Int(text) else {
                return finish(EtcdFailure(.malformed, "the call ended without a status"), context)
            }
            let message = part.headers.first(name: "grpc-message") ?? ""
            finish(status == 0 ? nil : EtcdFailure(status: status, message: message), context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish(EtcdFailure(.lost, "the connection was lost"), context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(EtcdFailure(.lost, "the connection was lost"), context)
        context.fireChannelInactive()
    }

    private func finish(_ failure: EtcdFailure?, _ context: ChannelHandlerContext) {
        if isDone { return }
        isDone = true
        deadline?.cancel()
        receiver.end(failure)
        if failure != nil || limit == nil { context.close(promise: nil) }
    }
}
