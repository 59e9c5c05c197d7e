internal import Glibc

/// Runs tasks that nobody waits for on one thread of their own, which may give way to all others, so that much work
/// behind the scenes does not slow the requests down.
package final class BackgroundExecutor: TaskExecutor {
    private let niceness: Int32
    private let pool = BlockingPool(threads: 1)

    /// - Parameter niceness: as `nice` counts: 0 is everybody's, 19 the least.
    package init(niceness: Int32 = 10) { self.niceness = niceness }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let (executor, niceness) = (asUnownedTaskExecutor(), niceness)
        let isTaken = pool.submit {
            // Of the calling thread alone, on Linux.
            if niceness > 0 { setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness) }
            job.runSynchronously(on: executor)
        }
        // The system gives no thread: late is better than never.
        if !isTaken { job.runSynchronously(on: executor) }
    }
}
