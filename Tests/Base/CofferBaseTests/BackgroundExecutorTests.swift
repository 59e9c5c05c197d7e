import CofferBase
import Glibc
import Testing

@Suite struct BackgroundExecutorTests {
    /// Of the first thread, and so of the process.
    private let own = getpriority(__priority_which_t(PRIO_PROCESS.rawValue), UInt32(getpid()))

    @Test("tasks run on one thread, which gives way to others, and come back to it after each wait")
    func niceness() async {
        let executor = BackgroundExecutor()
        let seen = await withTaskGroup(of: [Int32].self) { group in
            for _ in 0..<20 {
                group.addTask(executorPreference: executor) {
                    var found = [getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)]
                    await Task.yield()
                    found.append(getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0))
                    return found
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(seen.count == 40)
        #expect(Set(seen) == [10])
        #expect(getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) == own)
    }

    @Test("one for work that must not be put off gives way to nobody")
    func plain() async {
        let executor = BackgroundExecutor(niceness: 0)
        let seen = await Task(executorPreference: executor) {
            getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)
        }.value
        #expect(seen == own)
    }
}
