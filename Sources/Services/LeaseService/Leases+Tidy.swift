internal import CofferStorage

/// What a tidy looked at and removed.
package struct LeaseTidyResult: Sendable, Equatable {
    package var examined = 0
    /// Records that cannot be read.
    package var damaged = 0
    /// Entries of an index whose lease is gone.
    package var dangling = 0
    /// Leases that no index names, listed again.
    package var relisted = 0
}

extension Leases {
    /// Compares leases and indices in pages. Each repair is a transaction of its own that looks again,
    /// so that it can run while leases come and go.
    package func tidy() async throws -> LeaseTidyResult {
        var result = LeaseTidyResult()
        try await each("id/") { key, id in
            result.examined += 1
            guard let lease = try await load(id) else {
                if try await view.get(key) != nil {
                    result.damaged += 1
                }
                return
            }
            if try await relist(lease) { result.relisted += 1 }
        }
        try await tidyHeld(&result)
        try await each("at/") { key, _ in
            guard let (_, id) = Self.parse(key), TokenWindow(id: id) == nil else { return }
            if try await removeIfDangling(key, id, { Self.calendarKey($0) }) { result.dangling += 1 }
        }
        try await each("irrevocable/") { key, id in
            if try await removeIfDangling(key, id, { Self.irrevocableKey($0.id) }) { result.dangling += 1 }
        }
        try await each("token/") { key, name in
            guard let slash = name.firstIndex(of: "/") else { return }
            let id = String(name[name.index(after: slash)...])
            if try await removeIfDangling(key, id, { Self.holderKey($0) }) { result.dangling += 1 }
        }
        return result
    }

    /// A lease that neither the calendar nor the list of irrevocable ones names would never end.
    private func relist(_ lease: Lease) async throws -> Bool {
        try await view.transaction { transaction in
            guard let current = try await entries.find(lease.id, in: &transaction).lease, !current.isGrouped else {
                return false
            }
            let place = current.isIrrevocable ? Self.irrevocableKey(current.id) : Self.calendarKey(current)
            if try await transaction.get(place) != nil { return false }
            transaction.put(place, [])
            return true
        }
    }

    private func removeIfDangling(
        _ key: StorageKey, _ id: String, _ place: (Lease) -> StorageKey?
    ) async throws -> Bool {
        try await view.transaction { transaction in
            switch try await entries.find(id, in: &transaction) {
            // A damaged lease keeps its entries, for whoever repairs it.
            case .damaged: return false
            case .lease(let lease): if place(lease) == key { return false }
            case .nothing: break
            }
            // Unread, so that a damaged entry goes too; a lease that changes meanwhile makes this run again.
            transaction.delete(key)
            return true
        }
    }

    /// The leases that tokens hold, and the windows that list them.
    private func tidyHeld(_ result: inout LeaseTidyResult) async throws {
        var after: StorageKey?
        while true {
            let keys = try await entries.tokens.scan(after: after, limit: 500)
            for key in keys {
                guard let lease = try await entries.heldLease(ofToken: key) else { continue }
                result.examined += 1
                let wasRelisted = try await lease.isGrouped ? relistWindow(of: lease) : relist(lease)
                if wasRelisted { result.relisted += 1 }
            }
            guard keys.count == 500, let last = keys.last else { break }
            after = last
        }
        try await each("window/") { key, id in
            guard let window = TokenWindow(id: id), close(window) else { return }
            defer { open(window) }
            guard try await entries.keys(in: window, limit: 1).isEmpty else { return }
            try await view.delete(key)
            result.dangling += 1
        }
    }

    private func relistWindow(of lease: Lease) async throws -> Bool {
        guard let window = TokenWindow(ofLease: lease.id) else { return false }
        let places = [LeaseEntries.windowKey(window.id), Self.calendarKey(Self.end(of: lease), window.id)]
        return try await view.transaction { transaction in
            var isMissing = false
            for place in places where try await transaction.get(place) == nil {
                transaction.put(place, [])
                isMissing = true
            }
            return isMissing
        }
    }

    private func each(
        _ folder: StorageKey, _ body: (StorageKey, String) async throws -> Void
    ) async throws {
        var after: StorageKey?
        while true {
            let keys = try await view.scan(folder, after: after, limit: 500)
            for key in keys {
                try await body(key, String(decoding: key.bytes.dropFirst(folder.bytes.count), as: UTF8.self))
            }
            guard keys.count == 500, let last = keys.last else { return }
            after = last
        }
    }
}
