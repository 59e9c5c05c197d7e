import CofferStorage
import MemoryStorage
import TestSupport
import Testing

@Suite struct MemoryElectionTests {
    private let clock = ManualClock()
    private let storage = MemoryStorage()
    private let one = Candidate(id: "1", address: "a")
    private let other = Candidate(id: "2", address: "b")

    @Test("one leads until its time is over or it releases, and epochs grow")
    func turns() async throws {
        let election = MemoryElection(storage, clock: clock)
        let first = try #require(try await election.acquire(one, for: .seconds(6)))
        #expect(try await election.acquire(other, for: .seconds(6)) == nil)
        #expect(try await election.leader()?.candidate == one)
        clock.advance(by: .seconds(7))
        #expect(try await election.leader()?.isCurrent == false)
        let second = try #require(try await election.acquire(other, for: .seconds(6)))
        #expect(second > first)
        #expect(try await election.renew(first, one, for: .seconds(6)) == false)
        #expect(try await election.renew(second, other, for: .seconds(6)))
        await #expect(throws: StorageError.fenced) { try await storage.commit(WriteBatch(epoch: first)) }
        try await election.release(second, other)
        #expect(try await election.leader() == nil)
    }

    @Test("a failure that a test plans reaches everybody who asks")
    func failures() async throws {
        let election = MemoryElection(storage, clock: clock)
        election.fail(with: .unavailable("planned"))
        await #expect(throws: StorageError.unavailable("planned")) { _ = try await election.leader() }
        election.fail(with: nil)
        #expect(try await election.leader() == nil)
    }
}
