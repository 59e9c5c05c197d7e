internal import CofferFramework
internal import NIOCore
internal import Synchronization

/// Runs the jobs of requests' tasks on the event loop of their connections, so that a request costs no thread switch.
///
/// One for each loop: jobs that are ready at the same time are one task of the loop, in the order in which they came.
final class EventLoopTaskExecutor: TaskExecutor {
    private struct Jobs {
        var waiting: [UnownedJob] = []
        /// Memory of the last that ran.
        var spare: [UnownedJob] = []
        /// The loop has been asked to run them.
        var isScheduled = false
    }

    private let eventLoop: any EventLoop
    private let jobs = Mutex(Jobs())

    init(_ eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isFirst = jobs.withLock { jobs in
            jobs.waiting.append(job)
            defer { jobs.isScheduled = true }
            return !jobs.isScheduled
        }
        if isFirst { eventLoop.execute { self.run() } }
    }

    /// Those that come meanwhile have their turn after what else waits for the loop.
    private func run() {
        var ready: [UnownedJob] = []
        jobs.withLock { jobs in
            jobs.isScheduled = false
            swap(&ready, &jobs.spare)
            swap(&ready, &jobs.waiting)
        }
        let executor = asUnownedTaskExecutor()
        for job in ready { job.runSynchronously(on: executor) }
        ready.removeAll(keepingCapacity: true)
        jobs.withLock { jobs in swap(&ready, &jobs.spare) }
    }

    /// Answers a request in a task of its own and hands the answer to `finish`, on the event loop.
    func answer(
        _ request: HTTPRequest, _ handler: @escaping HTTPHandler,
        finish: @escaping @Sendable (HTTPResponse) -> Void
    ) {
        let eventLoop = eventLoop
        Task(executorPreference: self) {
            await TaskMemory.reserve()
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
