internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// One connection to Redis. Blocks the thread that uses it, never beyond the given times; that thread must not be
/// one of an event loop.
package final class RedisLink {
    private let channel: any Channel
    private let answers: RedisAnswers

    private static let connectTime: TimeAmount = .seconds(5)
    private static let answerTime: TimeAmount = .seconds(15)

    /// Connects and logs in.
    package init(_ settings: RedisSettings) throws(RedisFailure) {
        let answers = RedisAnswers()
        self.answers = answers
        do {
            let context = settings.usesTLS ? try Self.tlsContext(settings) : nil
            channel = try Self.connect(settings, context, answers).wait()
        } catch let failure as RedisFailure {
            throw failure
        } catch is NIOSSLError {
            throw RedisFailure(.unreachable, "no TLS connection could be made")
        } catch {
            throw RedisFailure(.unreachable, "nobody answers at the host and port")
        }
        if !settings.password.isEmpty { try logIn(settings) }
    }

    deinit { channel.close(promise: nil) }

    private func logIn(_ settings: RedisSettings) throws(RedisFailure) {
        let account = settings.username.isEmpty ? [settings.password] : [settings.username, settings.password]
        if case .error(let text) = try send(["AUTH"] + account) {
            let isRefusal = text.hasPrefix("WRONGPASS") || text.hasPrefix("ERR")
            throw RedisFailure(isRefusal ? .loginRefused : .unreachable, Self.shown(text))
        }
    }

    private static func connect(
        _ settings: RedisSettings, _ context: NIOSSLContext?, _ answers: RedisAnswers
    ) -> EventLoopFuture<any Channel> {
        let host = settings.host
        return ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(connectTime)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context {
                        // An address is not a name that a server could be asked for.
                        let name = (try? SocketAddress(ipAddress: host, port: 0)) == nil ? host : nil
                        let handler = try NIOSSLClientHandler(context: context, serverHostname: name)
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                    try channel.pipeline.syncOperations.addHandler(RedisAnswerHandler(answers))
                }
            }
            .connect(host: host, port: settings.port)
    }

    private static func tlsContext(_ settings: RedisSettings) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        if !settings.authority.isEmpty {
            let authorities = try NIOSSLCertificate.fromPEMBytes(Array(settings.authority.utf8))
            configuration.trustRoots = .certificates(authorities)
        }
        if settings.skipsVerification { configuration.certificateVerification = .none }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw RedisFailure(.settings, "the certificates cannot be read")
        }
    }

    /// False when the server has hung up.
    package var isAlive: Bool { channel.isActive }

    /// Sends one command; an error that the server answers is a value.
    package func send(_ words: [String]) throws(RedisFailure) -> RedisValue {
        var buffer = channel.allocator.buffer(capacity: 256)
        buffer.writeString("*\(words.count)\r\n")
        for word in words { buffer.writeString("$\(word.utf8.count)\r\n\(word)\r\n") }
        let promise = channel.eventLoop.makePromise(of: RedisValue.self)
        answers.expect(promise)
        let channel = channel
        let late = channel.eventLoop.scheduleTask(in: Self.answerTime) { channel.close(promise: nil) }
        channel.writeAndFlush(buffer, promise: nil)
        defer { late.cancel() }
        do {
            return try promise.futureResult.wait()
        } catch {
            throw RedisFailure(.unreachable, "the connection was lost, or there was no answer in time")
        }
    }

    /// Sends one command; an error of the server's is thrown.
    @discardableResult
    package func run(_ words: [String]) throws(RedisFailure) -> RedisValue {
        let answer = try send(words)
        guard case .error(let text) = answer else { return answer }
        let isAway = ["LOADING", "MASTERDOWN", "READONLY"].contains { text.hasPrefix($0) }
        throw RedisFailure(isAway ? .unreachable : .rejected, Self.shown(text))
    }

    /// Errors of `ACL SETUSER` repeat the rule, which may be a password.
    private static func shown(_ text: String) -> String {
        guard let quote = text.firstIndex(of: "'") else { return text }
        return "\(text[..<quote])…"
    }
}
