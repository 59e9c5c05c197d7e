import CofferStorage
import Testing

extension StorageCheck {
    static let entries = [
        StorageCheck("an entry is read back, replaced and deleted") { fixture in
            let led = try await fixture.lead()
            #expect(try await led.storage.get("a/b") == nil)
            try await led.put("a/b", [1, 2])
            #expect(try await led.value("a/b") == [1, 2])
            try await led.put("a/b", [3])
            #expect(try await led.value("a/b") == [3])
            try await led.commit(["a/b": .delete])
            #expect(try await led.storage.get("a/b") == nil)
            try await led.commit(["a/b": .delete])
            await led.storage.close()
        },
        StorageCheck("versions only grow, and an entry has that of its commit") { fixture in
            let led = try await fixture.lead()
            let first = try await led.put("a")
            let second = try await led.commit(["b": .put([1]), "c": .put([2])])
            let third = try await led.commit(["a": .delete])
            let fourth = try await led.put("a")
            #expect(0 < first && first < second && second < third && third < fourth)
            #expect(try await led.version("a") == fourth)
            #expect(try await led.version("b") == second)
            #expect(try await led.version("c") == second)
            await led.storage.close()
        },
        StorageCheck("an empty value is an entry, and a value of 1 MiB comes back whole") { fixture in
            let led = try await fixture.lead()
            try await led.put("empty", [])
            let large = (0..<(1 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
            try await led.put("large", large)
            #expect(try await led.storage.get("empty")?.value == [])
            let isWhole = try await led.value("large") == large
            #expect(isWhole)
            await led.storage.close()
        },
        StorageCheck("a value above the limit is refused with its whole batch") { fixture in
            let led = try await fixture.lead()
            let tooLarge = [UInt8](repeating: 1, count: 1 << 20 + 1)
            await #expect(throws: StorageError.tooLarge(limit: 1 << 20)) {
                try await led.commit(["a": .put([1]), "b": .put(tooLarge)])
            }
            #expect(try await led.storage.get("a") == nil)
            #expect(try await led.storage.get("b") == nil)
            await led.storage.close()
        },
        StorageCheck("keys are bytes, whatever the bytes") { fixture in
            let led = try await fixture.lead()
            let keys: [[UInt8]] = [
                [], [0], [0, 0], [0, 0xff], [0x2f], [0x61], [0xc3], [0xff], [0xff, 0], [0xff, 0xff],
            ]
            for (index, key) in keys.enumerated() {
                try await led.put(StorageKey(bytes: key), [UInt8(index)])
            }
            // Two spellings of one letter: equal as strings, different as bytes.
            try await led.put("\u{c5}", [100])
            try await led.put("A\u{30a}", [101])
            for (index, key) in keys.enumerated() {
                #expect(try await led.value(StorageKey(bytes: key)) == [UInt8(index)])
            }
            #expect(try await led.value("\u{c5}") == [100])
            #expect(try await led.value("A\u{30a}") == [101])
            let all = try await led.storage.scan("", after: nil, limit: 100).map(\.bytes)
            #expect(all == (keys + [[0x41, 0xcc, 0x8a], [0xc3, 0x85]]).sorted { $0.lexicographicallyPrecedes($1) })
            let high = try await led.storage.scan(StorageKey(bytes: [0xff]), after: nil, limit: 100).map(\.bytes)
            #expect(high == [[0xff], [0xff, 0], [0xff, 0xff]])
            await led.storage.close()
        },
        StorageCheck("a closed storage is unavailable, and closing again does nothing") { fixture in
            let led = try await fixture.lead()
            try await led.put("a")
            await led.storage.close()
            await led.storage.close()
            let storage = led.storage
            #expect(await isUnavailable { try await storage.get("a") })
            #expect(await isUnavailable { try await storage.children(of: "", after: nil, limit: nil) })
            #expect(await isUnavailable { try await storage.scan("", after: nil, limit: 1) })
            #expect(await isUnavailable { try await led.put("a") })
            #expect(await isUnavailable { try await storage.acquireEpoch() })
        },
    ]

    private static func isUnavailable<R>(_ operation: () async throws -> R) async -> Bool {
        do {
            _ = try await operation()
            return false
        } catch StorageError.unavailable {
            return true
        } catch {
            return false
        }
    }
}
