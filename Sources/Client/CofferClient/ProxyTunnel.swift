internal import NIOCore

/// Asks a proxy for a tunnel to the server (RFC 9110, 9.3.6), and steps aside when it stands.
final class ProxyTunnel: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What a proxy answered in place of a tunnel.
    enum Failure: Error { case refused(status: Int), malformed }

    private static let longestHead = 16 * 1024

    private let request: String
    private let limit: TimeAmount
    /// Adds the handlers that talk to the server.
    private let complete: (any Channel) throws -> Void
    private let fail: (any Error) -> Void
    private var received: [UInt8] = []
    private var deadline: Scheduled<Void>?
    private var isDone = false

    init(
        to authority: String, authorization: String, limit: TimeAmount,
        complete: @escaping (any Channel) throws -> Void, fail: @escaping (any Error) -> Void
    ) {
        var text = "CONNECT \(authority) HTTP/1.1\r\nHost: \(authority)\r\n"
        if !authorization.isEmpty { text += "Proxy-Authorization: \(authorization)\r\n" }
        request = text + "\r\n"
        self.limit = limit
        self.complete = complete
        self.fail = fail
    }

    func channelActive(context: ChannelHandlerContext) {
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: request)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += unwrapInboundIn(data).readableBytesView
        guard let end = Self.endOfHead(received) else {
            if received.count > Self.longestHead { finish(Failure.malformed, context) }
            return
        }
        // `HTTP/1.1 200 Connection established`
        let words = received.prefix { $0 != 13 }.split(separator: 32)
        guard words.count > 1, let status = Int(String(decoding: words[1], as: UTF8.self)) else {
            return finish(Failure.malformed, context)
        }
        // A server does not speak before it is spoken to: more bytes are no tunnel.
        guard (200..<300).contains(status), received.count == end else {
            return finish((200..<300).contains(status) ? Failure.malformed : Failure.refused(status: status), context)
        }
        open(context)
    }

    private func open(_ context: ChannelHandlerContext) {
        isDone = true
        deadline?.cancel()
        do {
            try complete(context.channel)
        } catch {
            return fail(error)
        }
        context.fireChannelActive()
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { finish(error, context) }

    func channelInactive(context: ChannelHandlerContext) {
        if !isDone { finish(ResponseCollector.Failure.endOfFile, context) }
    }

    private func finish(_ error: any Error, _ context: ChannelHandlerContext) {
        guard !isDone else { return }
        isDone = true
        deadline?.cancel()
        fail(error)
        context.close(promise: nil)
    }

    /// The number of bytes up to and with the empty line.
    private static func endOfHead(_ bytes: [UInt8]) -> Int? {
        guard bytes.count >= 4 else { return nil }
        return (4...bytes.count).first { bytes[($0 - 4)..<$0].elementsEqual([13, 10, 13, 10]) }
    }
}
