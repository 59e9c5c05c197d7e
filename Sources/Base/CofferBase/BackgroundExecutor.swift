/// Runs tasks that nobody waits for on one thread of their own, which may give way to all others, so that much work
/// behind the scenes does not slow the requests down.
package final class BackgroundExecutor: TaskExecutor {
    private let pool: BlockingPool

    /// - Parameter niceness: as `nice` counts: 0 is everybody's, 19 the least.
    package init(niceness: Int32 = 10) { pool = BlockingPool(threads: 1, niceness: niceness) }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedTaskExecutor()
        // When the system gives no thread: late is better than never.
        if !pool.submit({ job.runSynchronously(on: executor) }) { job.runSynchronously(on: executor) }
    }
}
