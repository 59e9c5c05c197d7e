internal import ClientTLS
internal import CofferBase
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

/// Carries one request over a connection of its own.
struct HTTPTransport: Sendable {
    let address: ServerAddress
    let timeout: Duration
    let tls: NIOSSLContext?
    let serverName: String?
    let proxy: Proxy?

    init(_ configuration: ClientConfiguration, address: ServerAddress) throws(ClientError) {
        self.address = address
        timeout = configuration.timeout
        do {
            tls = address.scheme == .https ? try configuration.tls.context(protocols: ["http/1.1"]) : nil
        } catch {
            throw ClientError(error)
        }
        let named = configuration.tls.serverName
        // Server Name Indication takes names only (RFC 6066); an address is verified as such.
        serverName = named.isEmpty ? (address.hostIsAddress ? nil : address.host) : named
        proxy = try Proxy.named(in: configuration.proxyVariables, for: address)
    }

    /// The answer, whatever its status.
    /// - Throws: what NIO throws; `TransportFailure` puts it into words.
    /// - Parameters:
    ///   - limit: in place of the configured timeout.
    ///   - onPart: gets the body of a success as it comes.
    func send(
        method: String, target: String, headers: [(name: String, value: String)], body: [UInt8],
        limit: Duration? = nil, onPart: (@Sendable ([UInt8]) -> Void)? = nil
    ) async throws -> APIResponse {
        var fields = HTTPHeaders(headers.map { ($0.name, $0.value) })
        fields.replaceOrAdd(name: "Host", value: address.authority)
        fields.replaceOrAdd(name: "Connection", value: "close")
        if !body.isEmpty || method != "GET" { fields.replaceOrAdd(name: "Content-Length", value: String(body.count)) }
        var uri = target
        if let proxy, address.scheme == .http {
            uri = address.origin + target
            if !proxy.authorization.isEmpty { fields.add(name: "Proxy-Authorization", value: proxy.authorization) }
        }
        let head = HTTPRequestHead(version: .http1_1, method: HTTPMethod(rawValue: method), uri: uri, headers: fields)
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let promise = loop.makePromise(of: APIResponse.self)
        let timeout = limit ?? self.timeout
        let amount = timeout == .zero ? TimeAmount.hours(24 * 365) : .nanoseconds(timeout.wholeNanoseconds)
        connect(on: loop, limit: amount, fail: { promise.fail($0) }) {
            ResponseCollector(head: head, body: body, timeout: amount, promise: promise, onPart: onPart)
        }.cascadeFailure(to: promise)
        return try await promise.futureResult.get()
    }

    private func connect(
        on loop: any EventLoop, limit: TimeAmount, fail: @escaping @Sendable (any Error) -> Void,
        _ collector: @escaping @Sendable () -> ResponseCollector
    ) -> EventLoopFuture<any Channel> {
        let (tls, serverName) = (tls, serverName)
        @Sendable func talk(on channel: any Channel) throws {
            let pipeline = channel.pipeline.syncOperations
            if let tls {
                try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: serverName))
            }
            try pipeline.addHTTPClientHandlers()
            try pipeline.addHandler(collector())
        }
        let tunnel = address.scheme == .https ? proxy : nil
        let authority = "\(address.host.contains(":") ? "[\(address.host)]" : address.host):\(address.port)"
        let bootstrap = ClientBootstrap(group: loop).connectTimeout(limit).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                guard let tunnel else { return try talk(on: channel) }
                try channel.pipeline.syncOperations.addHandler(
                    ProxyTunnel(
                        to: authority, authorization: tunnel.authorization, limit: limit, complete: talk, fail: fail))
            }
        }
        if address.scheme == .unix { return bootstrap.connect(unixDomainSocketPath: address.socketPath) }
        return bootstrap.connect(host: proxy?.host ?? address.host, port: proxy?.port ?? address.port)
    }
}
