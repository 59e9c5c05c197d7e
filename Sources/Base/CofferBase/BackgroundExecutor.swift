internal import Glibc

/// Runs tasks that nobody waits for on one thread that gives way to all others, so that much work behind the scenes
/// does not slow the requests down.
package final class BackgroundExecutor: TaskExecutor {
    /// As `nice` counts: 0 is everybody's, 19 the least.
    private static let niceness: Int32 = 10

    private let pool = BlockingPool(threads: 1)

    package init() {}

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedTaskExecutor()
        let isTaken = pool.submit {
            // Of the calling thread alone, on Linux.
            setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Self.niceness)
            job.runSynchronously(on: executor)
        }
        // The system gives no thread: late is better than never.
        if !isTaken { job.runSynchronously(on: executor) }
    }
}
