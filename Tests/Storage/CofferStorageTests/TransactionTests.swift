import CofferStorage
import MemoryStorage
import TestSupport
import Testing

@Suite struct TransactionTests {
    private let memory = MemoryStorage()

    private func view() async throws -> StorageView {
        StorageView(try await PlainStore(memory), prefix: "app/")
    }

    private struct Refusal: Error {}

    @Test("a transaction sees its own changes, and nobody else does before the commit")
    func ownWritesAreVisible() async throws {
        let view = try await view()
        try await view.put("gone", [9])
        try await view.transaction { transaction in
            #expect(transaction.isEmpty)
            transaction.put("a", [1])
            transaction.delete("gone")
            let inside = [try await transaction.get("a"), try await transaction.get("gone")]
            let outside = [try await view.get("a"), try await view.get("gone")]
            #expect(inside == [[1], nil])
            #expect(outside == [nil, [9]])
            #expect(!transaction.isEmpty)
        }
        #expect(try await view.get("a") == [1])
        #expect(try await view.get("gone") == nil)
    }

    @Test("all changes of a transaction are one commit")
    func changesAreOneCommit() async throws {
        let view = try await view()
        let result = try await view.transaction { transaction in
            for name: StorageKey in ["a", "b", "c"] { transaction.put(name, [1]) }
            return "done"
        }
        #expect(result == "done")
        let versions = Set([
            try await memory.get("app/a")?.version, try await memory.get("app/b")?.version,
            try await memory.get("app/c")?.version,
        ])
        #expect(versions == [1])
    }

    @Test("an error of the body is passed on, and nothing is written")
    func errorsWriteNothing() async throws {
        let view = try await view()
        await #expect(throws: Refusal.self) {
            try await view.transaction { transaction in
                transaction.put("a", [1])
                throw Refusal()
            }
        }
        #expect(try await view.get("a") == nil)
    }

    @Test("within another view, changes join the same commit and are seen on return")
    func withinJoinsTheCommit() async throws {
        let store = try await PlainStore(memory)
        let leases = StorageView(store, prefix: "leases/")
        let tokens = StorageView(store, prefix: "tokens/")
        let seen = try await tokens.transaction { transaction in
            transaction.put("t", [1])
            let other = try await transaction.within(leases) { inner in
                inner.put("l", [2])
                return try await inner.get("t")
            }
            let same = try await transaction.within(tokens) { inner in try await inner.get("t") }
            transaction.put("u", [3])
            return [other, same]
        }
        #expect(seen == [nil, [1]])
        #expect(try await memory.get("leases/l") == StoredEntry(value: [2], version: 1))
        #expect(try await memory.get("tokens/t") == StoredEntry(value: [1], version: 1))
        #expect(try await memory.get("tokens/u") == StoredEntry(value: [3], version: 1))
    }

    @Test("a part that throws leaves no changes, but what it read is still checked")
    func failedPartKeepsItsReads() async throws {
        let view = try await view()
        var runs = 0
        try await view.transaction { transaction in
            runs += 1
            do {
                try await transaction.within(view) { inner in
                    _ = try await inner.get("seen")
                    inner.put("lost", [1])
                    throw Refusal()
                }
            } catch is Refusal {}
            if runs == 1 { try await view.put("seen", [1]) }
            transaction.put("kept", [1])
        }
        #expect(runs == 2)
        #expect(try await view.get("lost") == nil)
        #expect(try await view.get("kept") == [1])
    }

    @Test("a change of what was read makes the transaction run again")
    func conflictRunsAgain() async throws {
        let view = try await view()
        var runs = 0
        try await view.transaction { transaction in
            runs += 1
            let seen = try await transaction.get("counter") ?? [0]
            if runs == 1 { try await view.put("counter", [10]) }
            transaction.put("counter", [seen[0] + 1])
        }
        #expect(runs == 2)
        #expect(try await view.get("counter") == [11])
    }

    @Test("an entry that appears after it was found absent makes the transaction run again")
    func appearanceIsAConflict() async throws {
        let view = try await view()
        var outcomes: [String] = []
        try await view.transaction { transaction in
            let isFree = try await transaction.get("name") == nil
            if outcomes.isEmpty { try await view.put("name", [1]) }
            outcomes.append(isFree ? "free" : "taken")
            if isFree { transaction.put("name", [2]) }
        }
        #expect(outcomes == ["free", "taken"])
        #expect(try await view.get("name") == [1])
    }

    @Test("a second read that differs from the first makes the transaction run again")
    func repeatedReadRunsAgain() async throws {
        let view = try await view()
        var runs = 0
        try await view.transaction { transaction in
            runs += 1
            _ = try await transaction.get("a")
            if runs == 1 { try await view.put("a", [1]) }
            _ = try await transaction.get("a")
            transaction.put("b", [1])
        }
        #expect(runs == 2)
        #expect(try await view.get("b") == [1])
    }

    @Test("many that write one entry at once all succeed, each once", .timeLimit(.minutes(1)))
    func crowd() async throws {
        let view = try await view()
        try await view.put("counter", [0, 0])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<64 {
                group.addTask {
                    for _ in 0..<10 {
                        try await view.transaction { transaction in
                            let seen = try await transaction.get("counter") ?? [0, 0]
                            // Room for the others.
                            for _ in 0..<5 { await Task.yield() }
                            let next = Int(seen[0]) * 256 + Int(seen[1]) + 1
                            transaction.put("counter", [UInt8(next / 256), UInt8(next % 256)])
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await view.get("counter") == [UInt8(640 / 256), UInt8(640 % 256)])
    }

    @Test("who meets others at one entry waits for nobody at another one", .timeLimit(.minutes(1)))
    func turnsOfEntries() async throws {
        let view = try await view()
        let (isHeld, held) = AsyncStream.makeStream(of: Void.self)
        let (mayEnd, end) = AsyncStream.makeStream(of: Void.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                var runs = 0
                try await view.transaction { transaction in
                    runs += 1
                    _ = try await transaction.get("a")
                    transaction.put("a", [2])
                    if runs == 1 { return try await view.put("a", [1]) }
                    held.yield()
                    for await _ in mayEnd { break }
                }
            }
            for await _ in isHeld { break }
            // The turn of "a" is taken until this has been done.
            var runs = 0
            try await view.transaction { transaction in
                runs += 1
                _ = try await transaction.get("b")
                transaction.put("b", [2])
                if runs == 1 { try await view.put("b", [1]) }
            }
            #expect(runs == 2)
            end.yield()
            try await group.waitForAll()
        }
        #expect(try await view.get("a") == [2])
        #expect(try await view.get("b") == [2])
    }

    @Test("conflicts without end are the caller's at last, those of a transaction inside another one too")
    func endlessConflicts() async throws {
        let view = try await view()
        var outer = 0
        await #expect(throws: StorageError.conflict) {
            try await view.transaction { transaction in
                outer += 1
                _ = try await transaction.get("hot")
                try await view.put("hot", [UInt8(outer)])
                transaction.put("mine", [1])
                if outer < 4 { return }
                var inner = 0
                try await view.transaction { other in
                    inner += 1
                    _ = try await other.get("other")
                    if inner < 6 { try await view.put("other", [UInt8(inner)]) }
                    other.put("theirs", [1])
                }
            }
        }
        #expect(outer == 33)
        #expect(try await view.get("mine") == nil)
        #expect(try await view.get("theirs") == [1])
    }

    @Test("after some conflicts the conflict is the caller's")
    func tenConflictsAreEnough() async throws {
        let view = try await view()
        var runs = 0
        await #expect(throws: StorageError.conflict) {
            try await view.transaction { transaction in
                runs += 1
                _ = try await transaction.get("hot")
                try await view.put("hot", [UInt8(runs)])
                transaction.put("mine", [1])
            }
        }
        #expect(runs == 33)
        #expect(try await view.get("mine") == nil)
    }

    @Test("other failures of the commit are not retried")
    func otherFailuresAreNotRetried() async throws {
        let view = try await view()
        var runs = 0
        await #expect(throws: StorageError.unknownOutcome("connection lost")) {
            try await view.transaction { transaction in
                runs += 1
                memory.faults.fail(operation: 1, with: .unknownOutcome("connection lost"))
                transaction.put("a", [1])
            }
        }
        #expect(runs == 1)
    }

    @Test("a transaction that changes nothing commits nothing")
    func emptyTransactionIsNoCommit() async throws {
        let view = try await view()
        try await view.transaction { transaction in
            _ = try await transaction.get("a")
            memory.faults.fail(operation: 1, with: .unavailable("no commit expected"))
        }
        await #expect(throws: StorageError.unavailable("no commit expected")) { try await view.get("a") }
    }
}
