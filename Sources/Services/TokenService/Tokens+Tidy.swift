internal import CofferJSON
internal import CofferStorage

extension Tokens {
    /// Removes accessors and places in the tree whose token is gone; returns how many.
    ///
    /// Each is removed by a transaction that looks again, so that it can run while tokens come and go.
    package func tidy() async throws -> Int {
        var removed = 0
        for folder in ["accessor/", "ns/", "parent/"] as [StorageKey] {
            var after: StorageKey?
            while true {
                let keys = try await view.scan(folder, after: after, limit: 500)
                for key in keys where try await removeIfDangling(key) { removed += 1 }
                guard keys.count == 500, let last = keys.last else { break }
                after = last
            }
        }
        return removed
    }

    private func removeIfDangling(_ entry: StorageKey) async throws -> Bool {
        try await view.transaction { transaction in
            guard let stored = try await transaction.get(entry) else { return false }
            let child = entry.description.split(separator: "/").last.map(String.init)
            let accessor = try? JSON.parseObject(stored, limits: .trusted)["key"]?.stringValue
            guard let key = entry.hasPrefix("parent/") ? child : accessor,
                try await transaction.get(Self.idKey(key)) == nil
            else { return false }
            transaction.delete(entry)
            return true
        }
    }
}
