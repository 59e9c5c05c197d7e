package import CofferStorage

extension Tokens {
    /// How many tokens are stored; reads their names only.
    package func count() async throws(StorageError) -> Int {
        var total = 0
        var after: StorageKey?
        while true {
            let keys = try await view.scan("id/", after: after, limit: 1000)
            total += keys.count
            guard keys.count == 1000, let last = keys.last else { return total }
            after = last
        }
    }
}
