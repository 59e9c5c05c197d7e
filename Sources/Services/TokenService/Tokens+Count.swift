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

extension Tokens {
    /// Calls `body` with every stored token, in no order that means anything. One that cannot be read is passed over.
    /// - Throws: also `CancellationError`.
    package func eachEntry(_ body: (TokenEntry) -> Void) async throws {
        var after: StorageKey?
        while true {
            let keys = try await view.scan("id/", after: after, limit: 500)
            for key in keys {
                if let stored = try await view.get(key), let entry = try? TokenEntry(encoded: stored) { body(entry) }
            }
            guard keys.count == 500, let last = keys.last else { return }
            after = last
            // A million tokens must keep neither requests waiting nor a server from stopping.
            try Task.checkCancellation()
            await Task.yield()
        }
    }
}
