internal import CofferBase
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// Asks web services over `https`: each request on a connection of its own, TLS always verified, redirects never
/// followed, time and size bounded.
package final class OutboundWeb: Sendable {
    private let trust: WebTrust
    /// Reading all authorities takes a while: once, and not on a thread that serves requests.
    private let context = Mutex<NIOSSLContext?>(nil)
    private let files = BlockingPool(threads: 1)

    package init(trust: WebTrust) { self.trust = trust }

    package var sender: WebSender {
        { (request) async throws(WebFailure) in try await self.send(request) }
    }

    package func send(_ request: WebRequest) async throws(WebFailure) -> WebAnswer {
        guard request.isWellFormed else { throw .malformedRequest }
        let context = try await tls()
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let promise = loop.makePromise(of: WebAnswer.self)
        let limit = TimeAmount.nanoseconds(request.timeout.wholeNanoseconds)
        let host = request.address.host
        ClientBootstrap(group: loop).connectTimeout(limit).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                // An address is not a name that a server could be asked for; it is verified as an address.
                let name = (try? SocketAddress(ipAddress: host, port: 0)) == nil ? host : nil
                let pipeline = channel.pipeline.syncOperations
                try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: name))
                try pipeline.addHTTPClientHandlers()
                try pipeline.addHandler(WebExchange(request, limit: limit, promise))
            }
        }.connect(host: host, port: request.address.port).cascadeFailure(to: promise)
        do {
            return try await promise.futureResult.get()
        } catch {
            throw Self.failure(error)
        }
    }

    private func tls() async throws(WebFailure) -> NIOSSLContext {
        if let known = context.withLock({ $0 }) { return known }
        do {
            let made = try await files.run { [trust] in try trust.context() }
            context.withLock { $0 = made }
            return made
        } catch {
            throw .untrusted
        }
    }

    private static func failure(_ error: any Error) -> WebFailure {
        switch error {
        case let failure as WebFailure: failure
        case ChannelError.connectTimeout: .timedOut
        case let error as NIOConnectionError where error.connectionErrors.contains(where: { $0.error is ChannelError }):
            .timedOut
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError: .untrusted
        default: .unreachable
        }
    }
}
