import CofferStorage
import Testing

extension StorageCheck {
    static let epochs = [
        StorageCheck("a deposed leader cannot write, nor one that nobody elected") { fixture in
            let old = try await fixture.lead()
            try await old.put("a", [1])
            let new = LedStorage(storage: old.storage, epoch: try await old.storage.acquireEpoch())
            await #expect(throws: StorageError.fenced) { try await old.put("a", [2]) }
            await #expect(throws: StorageError.fenced) { try await old.commit([:]) }
            let future = LedStorage(storage: old.storage, epoch: Epoch(new.epoch.value + 1))
            await #expect(throws: StorageError.fenced) { try await future.put("a", [3]) }
            #expect(try await old.value("a") == [1])
            try await new.put("a", [4])
            #expect(try await new.value("a") == [4])
            await new.storage.close()
        },
        StorageCheck("an old epoch is refused before a conflict is looked for") { fixture in
            let old = try await fixture.lead()
            _ = try await old.storage.acquireEpoch()
            await #expect(throws: StorageError.fenced) { try await old.commit(["a": .delete], expecting: ["a": 7]) }
            await old.storage.close()
        },
        StorageCheck("epochs grow, also when many ask at once") { fixture in
            let storage = try await fixture.open()
            let taken = try await withThrowingTaskGroup(of: Epoch.self) { group in
                for _ in 0..<20 { group.addTask { try await storage.acquireEpoch() } }
                return try await group.reduce(into: Set<Epoch>()) { $0.insert($1) }
            }
            #expect(taken.count == 20)
            let last = try await storage.acquireEpoch()
            #expect(taken.allSatisfy { $0 < last })
            await storage.close()
        },
        StorageCheck("a persistent storage keeps entries, versions and epochs when it is opened again") { fixture in
            let first = try await fixture.lead()
            let version = try await first.put("kept", [1, 2, 3])
            await first.storage.close()
            let second = try await fixture.lead()
            if fixture.isPersistent {
                #expect(second.epoch > first.epoch)
                #expect(try await second.storage.get("kept") == StoredEntry(value: [1, 2, 3], version: version))
                #expect(try await second.put("next") > version)
                let late = LedStorage(storage: second.storage, epoch: first.epoch)
                await #expect(throws: StorageError.fenced) { try await late.put("kept") }
            } else {
                #expect(try await second.storage.get("kept") == nil)
            }
            await second.storage.close()
        },
    ]
}
