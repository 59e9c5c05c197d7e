internal import CofferFramework
internal import NIOCore

/// Runs the jobs of a request's task on its connection's event loop, so that a
/// request costs no thread switch.
final class EventLoopTaskExecutor: TaskExecutor {
    private let eventLoop: any EventLoop

    init(_ eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedTaskExecutor()
        eventLoop.execute { job.runSynchronously(on: executor) }
    }

    /// Answers a request in a task of its own and hands the answer to `finish`, on the event loop.
    func answer(
        _ request: HTTPRequest, _ handler: @escaping HTTPHandler,
        finish: @escaping @Sendable (HTTPResponse) -> Void
    ) {
        let eventLoop = eventLoop
        Task(executorPreference: self) {
            let response = await handler(request)
            if eventLoop.inEventLoop { finish(response) } else { eventLoop.execute { finish(response) } }
        }
    }

    /// Asks a stream for its next piece and hands it to `take`, on the event loop.
    func next(of stream: ByteStream, take: @escaping @Sendable (Result<[UInt8]?, any Error>) -> Void) {
        let eventLoop = eventLoop
        Task(executorPreference: self) {
            let piece: Result<[UInt8]?, any Error>
            do { piece = .success(try await stream.next()) } catch { piece = .failure(error) }
            if eventLoop.inEventLoop { take(piece) } else { eventLoop.execute { take(piece) } }
        }
    }
}
