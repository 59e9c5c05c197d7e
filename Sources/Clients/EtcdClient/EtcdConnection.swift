internal import CofferBase
internal import NIOCore
internal import NIOHPACK
internal import NIOHTTP2
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// One HTTP/2 connection, which any number of calls share.
final class EtcdConnection: Sendable {
    let endpoint: EtcdEndpoint
    private let channel: any Channel
    private let streams: NIOHTTP2Handler.StreamMultiplexer

    private init(_ endpoint: EtcdEndpoint, _ channel: any Channel, _ streams: NIOHTTP2Handler.StreamMultiplexer) {
        self.endpoint = endpoint
        self.channel = channel
        self.streams = streams
    }

    deinit { channel.close(promise: nil) }

    var isActive: Bool { channel.isActive }

    func close() { channel.close(promise: nil) }

    /// gRPC servers in Go send a PING with nearly every answer; the library's own limit is 200 in half a minute.
    private static let pingsPerSecond = 100_000
    /// Values are large; by default each 64 KiB would wait for a round trip.
    private static let window = 4 << 20

    static func connect(
        to endpoint: EtcdEndpoint, _ context: NIOSSLContext?, serverName: String, within limit: Duration
    ) -> EventLoopFuture<EtcdConnection> {
        var connection = NIOHTTP2Handler.ConnectionConfiguration()
        connection.controlFrameRateLimit.maximumCount = pingsPerSecond
        connection.controlFrameRateLimit.windowLength = .seconds(1)
        connection.targetWindowSize = window
        connection.initialSettings.append(HTTP2Setting(parameter: .initialWindowSize, value: window))
        connection.initialSettings.append(HTTP2Setting(parameter: .enablePush, value: 0))
        var stream = NIOHTTP2Handler.StreamConfiguration()
        stream.targetWindowSize = window
        let name = name(endpoint, serverName)
        let (made, streaming, deadline) = (connection, stream, Deadline(in: limit))
        // Of each channel that is tried. A handler is gone as soon as its connection is.
        let greetings = Mutex<[ObjectIdentifier: EventLoopPromise<NIOHTTP2Handler.StreamMultiplexer>]>([:])
        return ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.nanoseconds(limit.wholeNanoseconds))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let context {
                        try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: name))
                    }
                    let streams = try pipeline.configureHTTP2Pipeline(
                        mode: .client, connectionConfiguration: made, streamConfiguration: streaming
                    ) { pushed in pushed.close() }
                    let greeting = channel.eventLoop.makePromise(of: NIOHTTP2Handler.StreamMultiplexer.self)
                    try pipeline.addHandler(EtcdGreeting(endpoint, streams, greeting))
                    greetings.withLock { $0[ObjectIdentifier(channel)] = greeting }
                }
            }
            .connect(host: endpoint.host, port: endpoint.port)
            .flatMap { channel in
                guard let greeting = greetings.withLock({ $0[ObjectIdentifier(channel)] }) else {
                    return channel.eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel)
                }
                return EtcdGreeting.answered(greeting, by: endpoint, within: deadline.remaining, channel)
                    .map { EtcdConnection(endpoint, channel, $0) }
            }
            .flatMapErrorThrowing { error in
                throw error as? EtcdFailure ?? EtcdFailure(.unreachable, "\(endpoint): nobody answers")
            }
    }

    /// An address is not a name that a server could be asked for; it is verified as an address.
    private static func name(_ endpoint: EtcdEndpoint, _ serverName: String) -> String? {
        let name = serverName.isEmpty ? endpoint.host : serverName
        return (try? SocketAddress(ipAddress: name, port: 0)) == nil ? name : nil
    }

    /// Sends one message and waits for the one that answers it.
    func unary(_ call: EtcdCall, token: String?, within limit: Duration) async throws(EtcdFailure) -> [UInt8] {
        let answer = Mutex<[UInt8]?>(nil)
        let failure: EtcdFailure? = await withCheckedContinuation { continuation in
            let once = Mutex<CheckedContinuation<EtcdFailure?, Never>?>(continuation)
            let end: @Sendable (EtcdFailure?) -> Void = { failure in
                once.withLock { kept in
                    defer { kept = nil }
                    return kept
                }?.resume(returning: failure)
            }
            start(
                call, token: token, within: limit,
                .init(
                    message: { message in
                        answer.withLock { $0 = message }
                        return true
                    }, end: end))
        }
        if let failure { throw failure }
        guard let message = answer.withLock({ $0 }) else {
            throw EtcdFailure(.malformed, "the call ended without an answer")
        }
        return message
    }

    /// Begins a call on a stream of its own.
    /// - Parameter limit: nil for a call that lasts.
    func start(_ call: EtcdCall, token: String?, within limit: Duration?, _ receiver: EtcdExchange.Receiver) {
        let headers = headers(call, token: token, within: limit)
        let limit = limit.map { TimeAmount.nanoseconds($0.wholeNanoseconds) }
        let promise = channel.eventLoop.makePromise(of: (any Channel).self)
        promise.futureResult.whenFailure { _ in
            // The stream was never opened: nothing was asked.
            receiver.end(EtcdFailure(.unreachable, "the connection was lost"))
        }
        streams.createStreamChannel(promise: promise) { stream in
            stream.eventLoop.makeCompletedFuture {
                // A stream of a connection that has ended would never be told so.
                guard stream.parent?.isActive == true else { throw ChannelError.ioOnClosedChannel }
                try stream.pipeline.syncOperations.addHandler(
                    EtcdExchange(call, headers: headers, limit: limit, receiver))
            }
        }
    }

    private func headers(_ call: EtcdCall, token: String?, within limit: Duration?) -> HPACKHeaders {
        var headers = HPACKHeaders([
            (":method", "POST"), (":scheme", endpoint.isSecure ? "https" : "http"),
            (":path", "/etcdserverpb." + call.method), (":authority", endpoint.authority), ("te", "trailers"),
            ("content-type", "application/grpc"), ("user-agent", "coffer"),
        ])
        if let limit { headers.add(name: "grpc-timeout", value: "\(max(limit.wholeNanoseconds / 1_000_000, 1))m") }
        if let token { headers.add(name: "token", value: token, indexing: .neverIndexed) }
        return headers
    }
}
