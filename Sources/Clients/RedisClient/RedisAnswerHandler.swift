internal import NIOCore
internal import Synchronization

/// Who waits for an answer, in the order of the commands; all fail when the connection ends.
final class RedisAnswers: Sendable {
    private struct State {
        var waiting: [EventLoopPromise<RedisValue>] = []
        var isClosed = false
    }

    private let state = Mutex(State())

    func expect(_ promise: EventLoopPromise<RedisValue>) {
        let isOpen = state.withLock { state in
            if !state.isClosed { state.waiting.append(promise) }
            return !state.isClosed
        }
        if !isOpen { promise.fail(ChannelError.eof) }
    }

    func fulfil(with value: RedisValue) {
        let first = state.withLock { $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() }
        first?.succeed(value)
    }

    func close(_ error: any Error) {
        let left = state.withLock { state in
            state.isClosed = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for promise in left { promise.fail(error) }
    }
}

/// Reads answers off the connection.
final class RedisAnswerHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// No answer to our commands is longer; a server that sends more would fill the memory.
    private static let longest = 4 << 20

    private let answers: RedisAnswers
    private var pending = ByteBuffer()

    init(_ answers: RedisAnswers) { self.answers = answers }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var received = unwrapInboundIn(data)
        pending.writeBuffer(&received)
        do {
            while let value = try RedisValue.read(from: &pending) { answers.fulfil(with: value) }
            pending.discardReadBytes()
            if pending.readableBytes > Self.longest { throw RedisValue.Malformed() }
        } catch {
            answers.close(error)
            context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        answers.close(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        answers.close(ChannelError.eof)
        context.fireChannelInactive()
    }
}
