import CofferBase
import Glibc
import Synchronization
import Testing

@Suite struct BlockingPoolTests {
    private struct Refusal: Error {}

    private final class Load: Sendable {
        let state = Mutex((now: 0, most: 0, done: 0))
        func enter() { state.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1), $0.done) } }
        func leave() { state.withLock { $0 = ($0.now - 1, $0.most, $0.done + 1) } }
    }

    @Test("work returns its value and its error to the caller")
    func resultsReachTheCaller() async throws {
        let pool = BlockingPool(threads: 2)
        #expect(try await pool.run { 42 } == 42)
        await #expect(throws: Refusal.self) { try await pool.run { throw Refusal() } }
        pool.shutdown()
    }

    @Test("no more threads run than the limit allows, and none of the work is lost")
    func threadsAreBounded() async throws {
        let pool = BlockingPool(threads: 3)
        let load = Load()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<300 {
                group.addTask {
                    try await pool.run {
                        load.enter()
                        load.leave()
                    }
                }
            }
            try await group.waitForAll()
        }
        let seen = load.state.withLock { $0 }
        #expect(seen.done == 300)
        #expect(seen.most <= 3)
        pool.shutdown()
    }

    @Test("one thread keeps the order of the calls")
    func oneThreadKeepsOrder() {
        let pool = BlockingPool(threads: 1)
        let order = Mutex<[Int]>([])
        for number in 0..<1000 {
            #expect(pool.submit { order.withLock { $0.append(number) } })
        }
        pool.shutdown()
        #expect(order.withLock { $0 } == Array(0..<1000))
    }

    @Test("work that blocks one thread does not stop the others")
    func blockedThreadDoesNotStopOthers() async throws {
        let pool = BlockingPool(threads: 2)
        let released = Mutex(false)
        async let first = pool.run {
            while !released.withLock({ $0 }) { sched_yield() }
            return 1
        }
        let second = try await pool.run {
            released.withLock { $0 = true }
            return 2
        }
        #expect(second == 2)
        #expect(try await first == 1)
        pool.shutdown()
    }

    @Test("shutdown finishes what waits and refuses what comes later")
    func shutdownFinishesWork() async {
        let pool = BlockingPool(threads: 1)
        let done = Mutex(0)
        for _ in 0..<50 { _ = pool.submit { done.withLock { $0 += 1 } } }
        pool.shutdown()
        #expect(done.withLock { $0 } == 50)
        #expect(!pool.submit {})
        await #expect(throws: BlockingPool.Closed.self) { try await pool.run {} }
    }
}
