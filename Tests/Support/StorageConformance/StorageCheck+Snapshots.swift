import CofferStorage
internal import Glibc
internal import Synchronization
import Testing

extension StorageCheck {
    static let snapshots = [
        StorageCheck("a walk gives all entries as they were at one moment, while others write") { fixture in
            let led = try await fixture.lead()
            try await led.put("b")
            try await led.put("c")
            let version = try await led.put("a/x")
            let seen = Collected()
            let change = Flag()
            let moment = try await led.storage.walk { key, value in
                if seen.add(key, value) > 1 { return }
                // A writer that commits while the walk is at its first entry.
                _ = Task {
                    _ = try? await led.commit(["b": .put([2]), "c": .delete, "d": .put([2])])
                    change.raise()
                }
                while !change.isRaised { sched_yield() }
            }
            #expect(seen.entries.map(\.key) == ["a/x", "b", "c"])
            #expect(seen.entries.allSatisfy { $0.value == [1] })
            #expect(moment.version == version && moment.epoch == led.epoch)
            #expect(try await led.value("d") == [2])
            await led.storage.close()
        },
        StorageCheck("what a walk's body throws ends the walk") { fixture in
            let led = try await fixture.lead()
            for key in ["a", "b", "c"] as [StorageKey] { try await led.put(key) }
            let seen = Collected()
            await #expect(throws: Stop.self) {
                try await led.storage.walk { key, value in if seen.add(key, value) == 2 { throw Stop() } }
            }
            #expect(seen.entries.count == 2)
            try await led.put("d")
            await led.storage.close()
        },
        StorageCheck("other entries take the place of all there are, and the leader is deposed") { fixture in
            let led = try await fixture.lead()
            try await led.put("old")
            let version = try await led.put("both")
            let source = Source([("both", [7]), ("new/x", []), ("new/y", [9])])
            try await led.storage.replaceAll { try source.next() }
            #expect(try await led.storage.scan("", after: nil, limit: 10) == ["both", "new/x", "new/y"])
            #expect(try await led.value("both") == [7])
            #expect(try await led.version("new/x") > version)
            await #expect(throws: StorageError.fenced) { try await led.put("late") }
            let next = LedStorage(storage: led.storage, epoch: try await led.storage.acquireEpoch())
            #expect(next.epoch > led.epoch)
            #expect(try await next.put("late") > version + 1)
            await led.storage.close()
            guard fixture.isPersistent else { return }
            let again = try await fixture.lead()
            #expect(try await again.storage.scan("", after: nil, limit: 10) == ["both", "late", "new/x", "new/y"])
            await again.storage.close()
        },
        StorageCheck("when the source of new entries fails, everything stays") { fixture in
            let led = try await fixture.lead()
            try await led.put("kept")
            let source = Source([("a", [1]), ("b", [2])], fails: true)
            await #expect(throws: Stop.self) { try await led.storage.replaceAll { try source.next() } }
            let large = Source([("a", [UInt8](repeating: 0, count: 1 << 20 + 1))])
            await #expect(throws: StorageError.tooLarge(limit: 1 << 20)) {
                try await led.storage.replaceAll { try large.next() }
            }
            #expect(try await led.storage.scan("", after: nil, limit: 10) == ["kept"])
            // The leader still leads.
            try await led.put("next")
            await led.storage.close()
        },
        StorageCheck("a closed storage neither walks nor takes other entries") { fixture in
            let led = try await fixture.lead()
            try await led.put("a")
            await led.storage.close()
            await #expect(throws: StorageError.self) { try await led.storage.walk { _, _ in } }
            await #expect(throws: StorageError.self) { try await led.storage.replaceAll { nil } }
        },
    ]
}

private struct Stop: Error {}

private final class Flag: Sendable {
    private let state = Mutex(false)
    var isRaised: Bool { state.withLock { $0 } }
    func raise() { state.withLock { $0 = true } }
}

private final class Collected: Sendable {
    private let list = Mutex<[(key: StorageKey, value: [UInt8])]>([])

    var entries: [(key: StorageKey, value: [UInt8])] { list.withLock { $0 } }

    /// How many there are now.
    func add(_ key: StorageKey, _ value: [UInt8]) -> Int {
        list.withLock { list in
            list.append((key, value))
            return list.count
        }
    }
}

private final class Source: Sendable {
    private let left: Mutex<[(key: StorageKey, value: [UInt8])]>
    private let fails: Bool

    init(_ entries: [(key: StorageKey, value: [UInt8])], fails: Bool = false) {
        left = Mutex(entries)
        self.fails = fails
    }

    func next() throws -> (key: StorageKey, value: [UInt8])? {
        try left.withLock { left in
            if left.isEmpty { return fails ? try stop() : nil }
            return left.removeFirst()
        }
    }

    private func stop() throws -> (key: StorageKey, value: [UInt8])? { throw Stop() }
}
