package import ClientTLS
internal import CofferBase
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// Asks web services: each request on a connection of its own, redirects never followed, time and size bounded.
package final class OutboundWeb: Sendable {
    private let trust: ClientTrust
    /// Reading all authorities takes a while: once, and not on a thread that serves requests.
    private let context = Mutex<NIOSSLContext?>(nil)
    private let files = BlockingPool(threads: 1)

    package init(trust: ClientTrust = ClientTrust()) { self.trust = trust }

    package var sender: WebSender {
        { (call, address) async throws(HTTPFailure) in try await self.send(call, to: address) }
    }

    package func send(_ call: HTTPCall, to address: HTTPAddress) async throws(HTTPFailure) -> HTTPAnswer {
        guard call.isWellFormed else { throw .malformedRequest }
        let context = address.isSecure ? try await tls() : nil
        // An address is not a name that a server could be asked for; it is verified as an address.
        let host = trust.serverName.isEmpty ? address.host : trust.serverName
        let name = (try? SocketAddress(ipAddress: host, port: 0)) == nil ? host : nil
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let promise = loop.makePromise(of: HTTPAnswer.self)
        let limit = TimeAmount.nanoseconds(call.timeout.wholeNanoseconds)
        ClientBootstrap(group: loop).connectTimeout(limit).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                let pipeline = channel.pipeline.syncOperations
                if let context {
                    try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: name))
                }
                try pipeline.addHTTPClientHandlers()
                try pipeline.addHandler(HTTPExchange(call, address, limit: limit, promise))
            }
        }.connect(host: address.host, port: address.port).cascadeFailure(to: promise)
        do {
            return try await promise.futureResult.get()
        } catch {
            throw Self.failure(error)
        }
    }

    private func tls() async throws(HTTPFailure) -> NIOSSLContext {
        if let known = context.withLock({ $0 }) { return known }
        do {
            let made = try await files.run { [trust] in try trust.context(protocols: ["http/1.1"]) }
            context.withLock { $0 = made }
            return made
        } catch {
            throw .badTrust("\(error)")
        }
    }

    private static func failure(_ error: any Error) -> HTTPFailure {
        switch error {
        case let failure as HTTPFailure: failure
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError: .untrusted
        default: .unreachable
        }
    }
}

/// Asks one of them.
package struct OutboundHTTP: Sendable {
    private let address: HTTPAddress
    private let web: OutboundWeb

    package init(_ address: HTTPAddress, trust: ClientTrust = ClientTrust()) {
        self.address = address
        web = OutboundWeb(trust: trust)
    }

    package var sender: HTTPSender {
        { (call) async throws(HTTPFailure) in try await self.send(call) }
    }

    package func send(_ call: HTTPCall) async throws(HTTPFailure) -> HTTPAnswer {
        try await web.send(call, to: address)
    }
}
