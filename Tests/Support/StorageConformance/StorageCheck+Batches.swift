import CofferStorage
import Testing

extension StorageCheck {
    static let batches = [
        StorageCheck("a batch is applied whole or not at all") { fixture in
            let led = try await fixture.lead()
            let version = try await led.put("a", [1])
            await #expect(throws: StorageError.conflict) {
                try await led.commit(
                    ["a": .delete, "b": .put([2]), "c": .put([3])], expecting: ["a": version, "c": version])
            }
            #expect(try await led.value("a") == [1])
            #expect(try await led.storage.get("b") == nil)
            try await led.commit(["a": .delete, "b": .put([2]), "c": .put([3])], expecting: ["a": version, "c": 0])
            #expect(try await led.storage.get("a") == nil)
            #expect(try await led.value("b") == [2])
            #expect(try await led.value("c") == [3])
            await led.storage.close()
        },
        StorageCheck("a changed, deleted or appeared entry is a conflict") { fixture in
            let led = try await fixture.lead()
            let first = try await led.put("a", [1])
            let second = try await led.put("a", [2])
            await #expect(throws: StorageError.conflict) {
                try await led.commit(["x": .put([])], expecting: ["a": first])
            }
            await #expect(throws: StorageError.conflict) { try await led.commit(["x": .put([])], expecting: ["a": 0]) }
            try await led.commit(["x": .put([])], expecting: ["a": second])
            try await led.commit(["a": .delete])
            await #expect(throws: StorageError.conflict) {
                try await led.commit(["y": .put([])], expecting: ["a": second])
            }
            try await led.commit(["y": .put([])], expecting: ["a": 0])
            #expect(try await led.storage.scan("", after: nil, limit: 9) == ["x", "y"])
            await led.storage.close()
        },
        StorageCheck("an entry deleted and made again has another version") { fixture in
            let led = try await fixture.lead()
            let first = try await led.put("a", [1])
            try await led.commit(["a": .delete])
            try await led.put("a", [1])
            await #expect(throws: StorageError.conflict) {
                try await led.commit(["a": .delete], expecting: ["a": first])
            }
            #expect(try await led.value("a") == [1])
            await led.storage.close()
        },
        StorageCheck("a write that expects nothing always succeeds") { fixture in
            let led = try await fixture.lead()
            for number in 0..<5 { try await led.put("a", [UInt8(number)]) }
            #expect(try await led.value("a") == [4])
            await led.storage.close()
        },
        StorageCheck("a batch without changes checks its expectations and changes no version") { fixture in
            let led = try await fixture.lead()
            let version = try await led.put("a")
            #expect(try await led.commit([:], expecting: ["a": version, "b": 0]) == version)
            await #expect(throws: StorageError.conflict) { try await led.commit([:], expecting: ["a": 0]) }
            #expect(try await led.put("b") > version)
            await led.storage.close()
        },
        StorageCheck("concurrent increments lose nothing") { fixture in
            let led = try await fixture.lead()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<50 {
                    group.addTask { for _ in 0..<20 { try await increment(StorageKey("counter/\(task % 5)"), led) } }
                }
                try await group.waitForAll()
            }
            for number in 0..<5 {
                let value = try await led.value(StorageKey("counter/\(number)")) ?? []
                #expect(value.reduce(0) { $0 << 8 | Int($1) } == 200)
            }
            await led.storage.close()
        },
        StorageCheck("of two who each leave because the other is there, one stays (write skew, FE4)") { fixture in
            let led = try await fixture.lead()
            for round in 0..<50 {
                let keys = [StorageKey("admins/\(round)/a"), StorageKey("admins/\(round)/b")]
                for key in keys { try await led.put(key) }
                let left = try await withThrowingTaskGroup(of: Bool.self) { group in
                    for key in keys { group.addTask { try await leave(key, of: keys, led) } }
                    return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
                }
                #expect(left == 1)
                #expect(try await led.storage.scan(StorageKey("admins/\(round)/"), after: nil, limit: 9).count == 1)
            }
            await led.storage.close()
        },
        StorageCheck("what was committed is read at once, by anyone") { fixture in
            let led = try await fixture.lead()
            try await withThrowingTaskGroup(of: Int.self) { group in
                for task in 0..<16 {
                    group.addTask {
                        let key = StorageKey("own/\(task)")
                        var stale = 0
                        for round in 0..<20 {
                            let version = try await led.put(key, [UInt8(round)])
                            if try await led.version(key) != version { stale += 1 }
                        }
                        return stale
                    }
                }
                for try await stale in group { #expect(stale == 0) }
            }
            await led.storage.close()
        },
    ]

    /// Deletes one of several keys unless it is the last; whether it did.
    private static func leave(_ key: StorageKey, of keys: [StorageKey], _ led: LedStorage) async throws -> Bool {
        while true {
            var expected: [StorageKey: UInt64] = [:]
            for key in keys { expected[key] = try await led.storage.get(key)?.version ?? 0 }
            if expected.values.count(where: { $0 > 0 }) < 2 { return false }
            // Both have looked.
            await Task.yield()
            do throws(StorageError) {
                try await led.commit([key: .delete], expecting: expected)
                return true
            } catch {
                guard error == .conflict else { throw error }
            }
        }
    }

    /// Adds one to a counter of two bytes, from fresh reads until no one else came between.
    private static func increment(_ key: StorageKey, _ led: LedStorage) async throws {
        while true {
            let entry = try await led.storage.get(key)
            let next = (entry?.value ?? []).reduce(0) { $0 << 8 | UInt16($1) } + 1
            let value = [UInt8(next >> 8), UInt8(next & 0xff)]
            // Lets the others in between, also with a storage that never suspends.
            await Task.yield()
            do throws(StorageError) {
                try await led.commit([key: .put(value)], expecting: [key: entry?.version ?? 0])
                return
            } catch {
                if error != .conflict { throw error }
            }
        }
    }
}
