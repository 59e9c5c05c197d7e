internal import NIOCore
internal import NIOHTTP2
internal import NIOSSL
internal import NIOTLS

/// A connection that was let in, and where it comes from.
struct Arrival {
    let place: OpenConnections.Place
    var info: ConnectionInfo
}

/// Sets up a new connection: TLS when the listener has it, then the version of HTTP that the client speaks.
struct ConnectionPipeline: Sendable {
    let handler: HTTPHandler
    let configuration: ListenerConfiguration
    let dates: HTTPDate
    let open: OpenConnections
    let bodies: BodyBudget
    let executors: [ObjectIdentifier: EventLoopTaskExecutor]

    /// That of a loop that connections are on.
    func executor(of loop: any EventLoop) -> EventLoopTaskExecutor {
        executors[ObjectIdentifier(loop)] ?? EventLoopTaskExecutor(loop)
    }

    func set(up channel: any Channel) throws {
        let info = ConnectionInfo(addressOf: channel)
        let trust = configuration.proxyProtocol?.trust(info.remoteAddress)
        // Before it takes anybody's place. CVE-2024-6468: such connections ended the listener.
        guard trust != .refused, let place = open.enter(channel, limit: configuration.maximumConnections) else {
            channel.close(promise: nil)
            return
        }
        channel.closeFuture.whenComplete { [open] _ in open.leave(place) }
        let arrival = Arrival(place: place, info: info)
        guard let trust else { return try begin(on: channel, arrival) }
        try channel.pipeline.syncOperations.addHandler(
            ProxyHeaderReader(self, arrival, isBelieved: trust == .believed))
    }

    /// It is known where the connection comes from.
    func begin(on channel: any Channel, _ arrival: Arrival) throws {
        let pipeline = channel.pipeline.syncOperations
        guard let tls = configuration.tls else {
            return try pipeline.addHandler(PrefaceReader(self, arrival))
        }
        try pipeline.addHandler(try tls.makeHandler())
        // A client that never ends its handshake must not keep the connection.
        let deadline = channel.eventLoop.scheduleTask(in: configuration.headerTimeout) { channel.close(promise: nil) }
        channel.closeFuture.whenComplete { _ in deadline.cancel() }
        try pipeline.addHandler(
            ApplicationProtocolNegotiationHandler { (result: ALPNResult, channel: any Channel) in
                deadline.cancel()
                return channel.eventLoop.makeCompletedFuture {
                    if result == .negotiated("h2") {
                        try addHTTP2(to: channel, arrival)
                    } else {
                        try addHTTP1(to: channel, arrival)
                    }
                }
            })
    }

    func addHTTP1(to channel: any Channel, _ arrival: Arrival) throws {
        try channel.pipeline.syncOperations.addHandler(HTTP1Connection(self, arrival, on: channel.eventLoop))
    }

    func addHTTP2(to channel: any Channel, _ arrival: Arrival) throws {
        var info = arrival.info
        info.readPeer(of: channel.pipeline)
        var settings = NIOHTTP2Handler.Configuration()
        settings.connection.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: 100),
            HTTP2Setting(parameter: .maxHeaderListSize, value: configuration.limits.head),
        ]
        let lifetime = HTTP2Lifetime(timeout: configuration.idleTimeout, arrival.place)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(lifetime)
        let (connection, peer, bound) = (self, info, NIOLoopBound(lifetime, eventLoop: channel.eventLoop))
        _ = try pipeline.configureHTTP2Pipeline(
            mode: .server, connectionConfiguration: settings.connection, streamConfiguration: settings.stream
        ) { stream in
            stream.eventLoop.makeCompletedFuture {
                try stream.pipeline.syncOperations.addHandler(HTTP2Stream(connection, peer, bound.value))
            }
        }
    }
}
