internal import CofferBase
internal import NIOCore
internal import NIOHTTP2
internal import NIOSSL

/// Waits for the server's first frame: only then is a connection one.
///
/// A server that does not take our certificate ends the connection after a handshake that went well, as TLS 1.3 has
/// it; and what was asked before that would wait for its whole time.
final class EtcdGreeting: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame

    private let endpoint: EtcdEndpoint
    private let streams: NIOHTTP2Handler.StreamMultiplexer
    private let promise: EventLoopPromise<NIOHTTP2Handler.StreamMultiplexer>
    private var hasAnswered = false
    private var reason: String?

    init(
        _ endpoint: EtcdEndpoint, _ streams: NIOHTTP2Handler.StreamMultiplexer,
        _ promise: EventLoopPromise<NIOHTTP2Handler.StreamMultiplexer>
    ) {
        (self.endpoint, self.streams, self.promise) = (endpoint, streams, promise)
    }

    /// Once it has, calls can be made; when it does not, the connection is closed.
    /// - Parameter promise: of the handler of this channel, which may be gone by now, with what ended it in the promise.
    static func answered(
        _ promise: EventLoopPromise<NIOHTTP2Handler.StreamMultiplexer>, by endpoint: EtcdEndpoint,
        within limit: Duration, _ channel: any Channel
    ) -> EventLoopFuture<NIOHTTP2Handler.StreamMultiplexer> {
        let silence = EtcdFailure(.unreachable, "\(endpoint): the server took the connection and says nothing")
        let timer = channel.eventLoop.scheduleTask(in: .nanoseconds(limit.wholeNanoseconds)) {
            promise.fail(silence)
            channel.close(promise: nil)
        }
        promise.futureResult.whenComplete { _ in timer.cancel() }
        return promise.futureResult
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .settings(.settings) = unwrapInboundIn(data).payload else { return }
        hasAnswered = true
        promise.succeed(streams)
    }

    /// What goes wrong on one stream is no matter of the connection.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is NIOHTTP2Errors.StreamError || error is NIOHTTP2Errors.NoSuchStream { return }
        reason = reason ?? reason(of: error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail()
        context.fireChannelInactive()
    }

    /// Of a connection that another one to the same host was faster than, too.
    func handlerRemoved(context: ChannelHandlerContext) { fail() }

    private func fail() {
        if hasAnswered { return }
        let reason = reason ?? "the server closed the connection before it answered"
        promise.fail(EtcdFailure(.unreachable, "\(endpoint): \(reason)"))
    }

    private func reason(of error: any Error) -> String? {
        switch error {
        case is NIOSSLExtraError: "TLS: the server's certificate is for another name"
        case is any NIOHTTP2Error: "what answers there does not speak HTTP/2"
        case NIOSSLError.handshakeFailed(let reason): tls("\(reason)")
        case let error as BoringSSLError: tls("\(error)")
        default: nil
        }
    }

    /// - Parameter error: what OpenSSL says, which has a name for each case.
    private func tls(_ error: String) -> String {
        if error.contains("CERTIFICATE_VERIFY_FAILED") { return "TLS: the server's certificate is not trusted" }
        if error.contains("ALERT"), error.contains("CERTIFICATE") || error.contains("UNKNOWN_CA") {
            return "TLS: the server wants a client certificate that it trusts"
        }
        return "TLS: the handshake failed"
    }
}
