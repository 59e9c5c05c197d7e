internal import Glibc

/// A bounded number of threads of our own for work that blocks.
///
/// The cooperative pool has one lane per core and must never wait for a disk or
/// a C library. Threads start when work first needs them, so that an idle pool
/// costs nothing.
package final class BlockingPool: Sendable {
    /// The pool was shut down; the work did not run.
    package struct Closed: Error {
        package init() {}
    }

    private let threads: BlockingThreads

    /// Processors of this machine: what a pool for computations can make use of.
    package static let processors = max(Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))), 1)

    /// - Parameters:
    ///   - threads: at most this many run at once; at least one.
    ///   - niceness: as `nice` counts: 0 is everybody's, 19 the least. Threads with one also interrupt nobody when they wake.
    package init(threads count: Int, niceness: Int32 = 0) {
        threads = BlockingThreads(limit: max(count, 1), niceness: niceness)
    }

    /// Runs `work` on a thread of the pool, in the order of the calls. Work that has begun is not cancelled.
    /// - Throws: what `work` throws; `Closed` after `shutdown()`.
    package func run<R: Sendable>(_ work: @Sendable @escaping () throws -> R) async throws -> R {
        try await withCheckedThrowingContinuation { continuation in
            if !submit({ continuation.resume(with: Result { try work() }) }) {
                continuation.resume(throwing: Closed())
            }
        }
    }

    /// Hands over `work` without waiting for it; false, and never run, after `shutdown()`.
    package func submit(_ work: @Sendable @escaping () -> Void) -> Bool { threads.add(work) }

    /// Lets all work that was handed over finish, then ends the threads and waits for them.
    ///
    /// It blocks its caller meanwhile, and must not be called from work of this pool.
    package func shutdown() { threads.stop(waiting: true) }

    deinit { threads.stop(waiting: false) }
}

/// The threads and the queue in front of them; apart from the pool so that running threads do not keep it alive.
///
/// Unchecked: all variables are guarded by `mutex`, a C lock because waiting needs a condition variable.
private final class BlockingThreads: @unchecked Sendable {
    private let limit: Int
    private let niceness: Int32
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var waiting: [@Sendable () -> Void] = []
    /// Index in `waiting` of the oldest work; what is before it has been taken.
    private var next = 0
    private var idle = 0
    private var isStopping = false
    private var running: [pthread_t] = []

    init(limit: Int, niceness: Int32) {
        self.limit = limit
        self.niceness = niceness
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    func add(_ work: @Sendable @escaping () -> Void) -> Bool {
        let isTaken = locked {
            if isStopping { return false }
            if idle <= waiting.count - next && running.count < limit { startThread() }
            // Without a single thread (the system refused to make one) the work would never run.
            if running.isEmpty { return false }
            waiting.append(work)
            return true
        }
        // Not under the lock, which the one that wakes wants at once.
        if isTaken { pthread_cond_signal(condition) }
        return isTaken
    }

    func stop(waiting wait: Bool) {
        let threads = locked {
            isStopping = true
            pthread_cond_broadcast(condition)
            defer { running = [] }
            return running
        }
        for thread in threads {
            if wait { pthread_join(thread, nil) } else { pthread_detach(thread) }
        }
    }

    private func startThread() {
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(self)
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<BlockingThreads>.fromOpaque(argument).takeRetainedValue().work()
                return nil
            }, argument.toOpaque())
        if code == 0 { running.append(thread) } else { argument.release() }
    }

    private func work() {
        ThreadTurn.usual()
        if niceness > 0 {
            ThreadTurn.late()
            // Of the calling thread alone, on Linux.
            setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness)
        }
        while let job = take() { job() }
    }

    /// The oldest work, waiting for it; nil when the pool has stopped and nothing is left.
    private func take() -> (@Sendable () -> Void)? {
        locked {
            while next == waiting.count && !isStopping {
                idle += 1
                pthread_cond_wait(condition, mutex)
                idle -= 1
            }
            guard next < waiting.count else { return nil }
            let job = waiting[next]
            next += 1
            // The queue is compacted when half of it has been taken: constant cost for each piece of work.
            if next * 2 >= waiting.count {
                waiting.removeFirst(next)
                next = 0
            }
            return job
        }
    }

    private func locked<R>(_ body: () -> R) -> R {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }
}
