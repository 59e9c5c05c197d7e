package import CofferBase
internal import Glibc
internal import NIOCore
internal import NIOPosix

/// Why a listener could not be opened.
package struct ListenError: Error, Sendable, CustomStringConvertible {
    package let description: String
}

/// Listeners that share one set of threads.
package final class HTTPServer: Sendable {
    let group: MultiThreadedEventLoopGroup
    private let dates: HTTPDate
    private let channels = Snapshot<[any Channel]>([])
    private let open = OpenConnections()
    private let bodies: BodyBudget
    private let executors: [ObjectIdentifier: EventLoopTaskExecutor]

    package init(threads: Int, clock: any WallClock, bodies: BodyBudget = BodyBudget(limit: 256 << 20)) {
        self.bodies = bodies
        group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
        for loop in group.makeIterator() { loop.execute { ThreadTurn.short() } }
        dates = HTTPDate(clock: clock)
        executors = Dictionary(
            uniqueKeysWithValues: group.makeIterator().map { (ObjectIdentifier($0), EventLoopTaskExecutor($0)) })
    }

    /// Starts to listen; returns the port (0 for a unix socket).
    package func listen(
        _ configuration: ListenerConfiguration, handler: @escaping HTTPHandler
    ) async throws -> Int {
        let pipeline = ConnectionPipeline(
            handler: handler, configuration: configuration, dates: dates, open: open, bodies: bodies,
            executors: executors)
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(ChannelOptions.backlog, value: 512)
            .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try pipeline.set(up: channel) }
            }
        let channel: any Channel
        switch configuration.address {
        case .tcp(let host, let port): channel = try await Self.bind(bootstrap, host, port)
        case .unix(let path, let mode): channel = try await Self.bind(bootstrap, path, mode)
        }
        channels.update { $0.append(channel) }
        return channel.localAddress?.port ?? 0
    }

    private static func bind(_ bootstrap: ServerBootstrap, _ host: String, _ port: Int) async throws -> any Channel {
        do {
            return try await bootstrap.childChannelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
                .bind(host: host, port: port).get()
        } catch {
            throw ListenError(description: "cannot listen on \(host):\(port): \(reason(error))")
        }
    }

    /// A socket that is narrower than its mode until the mode is set: the umask of the process is left alone.
    private static func bind(_ bootstrap: ServerBootstrap, _ path: String, _ mode: UInt32) async throws -> any Channel {
        let channel: any Channel
        do {
            channel = try await bootstrap.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
        } catch {
            throw ListenError(description: "cannot listen on \(path): \(reason(error))")
        }
        if chmod(path, mode) == 0 { return channel }
        try? await channel.close()
        throw ListenError(description: "cannot listen on \(path): its mode cannot be set")
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as IOError:
            error.errnoCode == EADDRINUSE
                ? "the port is in use by another process" : String(cString: strerror(error.errnoCode))
        case SocketAddressError.unknown, is SocketAddressError.UnknownHost: "no such host"
        case SocketAddressError.unixDomainSocketPathTooLong: "the path is too long for a socket"
        case is UnixDomainSocketPathWrongType: "the file that is there is not a socket"
        default: "\(error)"
        }
    }

    /// Accepts no more connections; those that are open finish what they do.
    package func stopListening() async {
        for channel in channels.value { try? await channel.close() }
        channels.replace(with: [])
    }

    /// Closes everything and ends the threads; nothing may be in flight.
    package func shutdown() async {
        await stopListening()
        try? await group.shutdownGracefully()
    }
}
