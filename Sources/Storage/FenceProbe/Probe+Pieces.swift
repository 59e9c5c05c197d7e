internal import CofferStorage
internal import EtcdStorage

/// Batches above what one request to etcd holds, for the test that ends the process between two requests.
extension Probe {
    private static let (count, size) = (10, 50_000)

    /// Little, so that a batch takes many requests.
    static let smallRequest = 64 << 10

    /// Leads, and overwrites all entries in one batch after the other; says `leading EPOCH`, and `batch NUMBER` for each.
    static func writePieces(_ storage: any Storage, from first: Int) async throws {
        let epoch = try await storage.acquireEpoch()
        say("leading \(epoch.value)")
        for number in first... {
            var batch = WriteBatch(epoch: epoch)
            for place in 0..<count { batch.changes[key(place)] = .put(value(number, place)) }
            try await storage.commit(batch)
            say("batch \(number)")
        }
    }

    /// Leads, and says `found NUMBER` of the batch that all entries are of, `found 0` when there are none, or `torn`.
    static func inspect(_ storage: any Storage) async throws {
        let epoch = try await storage.acquireEpoch()
        let keys = try await storage.scan("v/", after: nil, limit: .max)
        var found = Set<Int>()
        for place in 0..<count {
            let stored = try await storage.get(key(place))?.value ?? []
            let number = stored.prefix(8).reduce(0) { $0 << 8 | Int($1) }
            found.insert(stored == value(number, place) || stored.isEmpty ? number : -1)
        }
        let isWhole = found.count == 1 && !found.contains(-1) && (keys.count == count || (found == [0] && keys.isEmpty))
        // What nothing refers to is collected beside commits, a page of 64 pieces at a time.
        for round in 0..<100 {
            var batch = WriteBatch(epoch: epoch)
            batch.changes["w"] = .put([UInt8(round)])
            try await storage.commit(batch)
        }
        say(isWhole ? "found \(found.first ?? 0)" : "torn \(found.sorted()) in \(keys.count) entries")
    }

    private static func key(_ place: Int) -> StorageKey { StorageKey("v/\(place)") }

    private static func value(_ number: Int, _ place: Int) -> [UInt8] {
        let head = (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
        return head + (8..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8 &+ number &+ place) }
    }
}
