internal import CofferFramework
internal import NIOCore

/// Sends a stream piece by piece: the next one is asked for when the one before has left, so that a client that
/// reads slowly fills no memory. Lives on its connection's event loop.
final class StreamSender {
    enum End { case whole, broken }

    private let stream: ByteStream
    private let eventLoop: any EventLoop
    /// How long a client may take for one piece.
    private let patience: TimeAmount
    private let write: ([UInt8]) -> EventLoopFuture<Void>
    private let finish: (End) -> Void
    private var isOver = false

    init(
        _ stream: ByteStream, on eventLoop: any EventLoop, patience: TimeAmount,
        write: @escaping ([UInt8]) -> EventLoopFuture<Void>, finish: @escaping (End) -> Void
    ) {
        self.stream = stream
        self.eventLoop = eventLoop
        self.patience = patience
        self.write = write
        self.finish = finish
    }

    func start() { pull() }

    /// The client has left.
    func stop() {
        if isOver { return }
        isOver = true
        stream.close()
    }

    private func pull() {
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        EventLoopTaskExecutor(eventLoop).next(of: stream) { bound.value.take($0) }
    }

    private func take(_ piece: Result<[UInt8]?, any Error>) {
        if isOver { return }
        switch piece {
        case .success(let bytes?): send(bytes)
        case .success(nil): end(.whole)
        case .failure: end(.broken)
        }
    }

    private func send(_ bytes: [UInt8]) {
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let deadline = eventLoop.scheduleTask(in: patience) { bound.value.end(.broken) }
        write(bytes).whenComplete { result in
            deadline.cancel()
            if bound.value.isOver { return }
            switch result {
            case .success: bound.value.pull()
            case .failure: bound.value.end(.broken)
            }
        }
    }

    private func end(_ end: End) {
        if isOver { return }
        stop()
        finish(end)
    }
}
