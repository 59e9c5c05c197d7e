import NIOCore
import NIOPosix
import NIOSSL

/// One connection to a server under test: says exactly the bytes it is told to, and waits for exact answers.
struct Wire: Sendable {
    enum Failure: Error {
        /// The server went away before it said what was awaited.
        case closed(after: String)
        /// It stayed and was silent.
        case silent(after: String)
    }

    let channel: any Channel
    private let inbox: WireInbox

    /// - Parameters:
    ///   - tls: nil for a plain connection.
    ///   - header: said before TLS begins.
    ///   - source: the client's own address; the system chooses when nil.
    ///   - first: said as soon as the connection stands, however long the test has to wait for its turn.
    ///   - isReading: false to take nothing from the socket.
    static func connect(
        port: Int, from source: String? = nil, tls: NIOSSLContext? = nil, afterHeader header: [UInt8] = [],
        saying first: [UInt8] = [],
        isReading: Bool = true
    ) async throws -> Wire {
        try await open(tls, first, header: header) { bootstrap in
            var bootstrap = bootstrap.channelOption(ChannelOptions.autoRead, value: isReading)
            if let source { bootstrap = bootstrap.bind(to: try SocketAddress(ipAddress: source, port: 0)) }
            return try await bootstrap.connect(host: "127.0.0.1", port: port).get()
        }
    }

    static func connect(path: String, saying first: [UInt8] = []) async throws -> Wire {
        try await open(nil, first) { try await $0.connect(unixDomainSocketPath: path).get() }
    }

    private static func open(
        _ tls: NIOSSLContext?, _ first: [UInt8], header: [UInt8] = [],
        _ connect: (ClientBootstrap) async throws -> any Channel
    ) async throws -> Wire {
        let inbox = WireInbox()
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if !header.isEmpty { try pipeline.addHandler(HeaderSender(header)) }
                    if let tls {
                        try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: nil))
                    }
                    try pipeline.addHandler(WireReader(inbox, first))
                }
            }
        return Wire(channel: try await connect(bootstrap), inbox: inbox)
    }

    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(channel.allocator.buffer(bytes: bytes))
    }

    /// Sends without waiting until the system has taken it.
    func post(_ bytes: [UInt8]) { channel.writeAndFlush(channel.allocator.buffer(bytes: bytes), promise: nil) }

    /// Sends `byte` again and again until the connection is closed.
    func drip(_ byte: UInt8, every pause: TimeAmount) {
        let channel = channel
        let drops = channel.eventLoop.scheduleRepeatedTask(initialDelay: pause, delay: pause) { _ in
            channel.writeAndFlush(channel.allocator.buffer(bytes: [byte]), promise: nil)
        }
        channel.closeFuture.whenComplete { _ in drops.cancel() }
    }

    /// Whether anything is taken from the socket.
    func setReading(_ wanted: Bool) async throws {
        try await channel.setOption(ChannelOptions.autoRead, value: wanted).get()
    }

    /// The next answer; `toHEAD` has no body whatever its length says.
    func answer(toHEAD: Bool = false) async throws -> WireAnswer {
        let head = try await take { bytes, _ in WireAnswer.endOfHead(bytes) }
        var answer = WireAnswer(head: String(decoding: head, as: UTF8.self))
        if !toHEAD, let length = answer["content-length"].flatMap({ Int($0) }), length > 0 {
            answer.body = try await take { bytes, _ in bytes.count >= length ? length : nil }
        }
        return answer
    }

    func bytes(_ count: Int) async throws -> [UInt8] {
        try await take { bytes, _ in bytes.count >= count ? count : nil }
    }

    /// All that comes until the server closes, which it has to do.
    func rest() async throws -> String {
        String(decoding: try await take { bytes, isClosed in isClosed ? bytes.count : nil }, as: UTF8.self)
    }

    func restBytes() async throws -> [UInt8] { try await take { bytes, isClosed in isClosed ? bytes.count : nil } }

    /// Says that nothing more is said.
    func closeOutput() async { try? await channel.close(mode: .output) }

    func close() async throws { try await channel.close() }

    /// Waits until `ready` tells how many bytes to take.
    private func take(_ ready: @escaping WireInbox.Ready) async throws -> [UInt8] {
        let silence = channel.eventLoop.scheduleTask(in: .seconds(90)) { [inbox] in inbox.giveUp() }
        defer { silence.cancel() }
        return try await inbox.take(ready)
    }
}

/// Says something before whatever the handlers behind it say.
final class HeaderSender: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private let header: [UInt8]

    init(_ header: [UInt8]) { self.header = header }

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: header)), promise: nil)
        context.fireChannelActive()
    }
}

/// Puts what comes into an inbox.
private final class WireReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private let inbox: WireInbox
    private let first: [UInt8]

    init(_ inbox: WireInbox, _ first: [UInt8]) {
        self.inbox = inbox
        self.first = first
    }

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: first)), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        inbox.append(Array(unwrapInboundIn(data).readableBytesView))
    }

    func channelInactive(context: ChannelHandlerContext) { inbox.end() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
