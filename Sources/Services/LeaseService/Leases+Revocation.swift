package import CofferBase
internal import CofferStorage

extension Leases {
    /// After this many failures a secret's lease is left to an operator (contract, "Retry").
    package static let mostAttempts = 6

    /// 10 s × 2ⁿ, at most 10 × 2⁵ s (contract, "Retry").
    package static func pause(after failures: Int) -> Duration { .seconds(10 << min(max(failures, 0), 5)) }

    /// Notes that a revocation failed, and when it is tried again. A token's is tried for ever:
    /// nobody else is needed for it.
    package func postpone(_ id: String, because error: String, now: Timestamp) async throws {
        try await update(id) { lease in
            guard var failed = lease else { return }
            failed.isRevoking = true
            failed.revocationError = String(error.prefix(240))
            failed.expireTime = now + Self.pause(after: failed.failedAttempts)
            failed.failedAttempts += 1
            failed.isIrrevocable = failed.kind == .secret && failed.failedAttempts >= Self.mostAttempts
            lease = failed
        }
    }

    /// Marks a lease as being revoked by the caller; nil when it is gone. Should the caller
    /// crash, the reaper tries in 10 s.
    package func claim(_ id: String, now: Timestamp) async throws -> Lease? {
        try await update(id) { lease in
            lease?.isRevoking = true
            lease?.isIrrevocable = false
            lease?.expireTime = now + Self.pause(after: 0)
        }
    }

    /// Hands everything below a path to the reaper.
    package func makeAllDue(below path: String, now: Timestamp) async throws {
        var after: String?
        repeat {
            let ids = try await entries.ids(below: path, after: after, limit: 100)
            try await makeDue(ids, now: now)
            after = ids.count < 100 ? nil : ids.last
        } while after != nil
    }

    /// Hands the leases below a path whose revocation has failed to the reaper, those given up included.
    package func retryFailed(below path: String, now: Timestamp) async throws {
        var after: StorageKey?
        repeat {
            let keys = try await view.scan(Self.irrevocableKey(path), after: after, limit: 100)
            try await makeDue(keys.map { String(decoding: $0.bytes.dropFirst(12), as: UTF8.self) }, now: now)
            after = keys.count < 100 ? nil : keys.last
        } while after != nil
        // What has failed comes up again within the longest pause; nothing later need be looked at.
        let horizon = now + Self.pause(after: Self.mostAttempts)
        repeat {
            let keys = try await view.scan("at/", after: after, limit: 100)
            let soon = keys.compactMap { Self.parse($0) }.filter { $0.time <= horizon }
            var failed: [String] = []
            for (time, id) in soon where time > now && id.hasPrefix(path) {
                if try await load(id)?.isRevoking == true { failed.append(id) }
            }
            if !failed.isEmpty { try await makeDue(failed, now: now) }
            after = soon.count == 100 ? keys.last : nil
        } while after != nil
    }

    /// Hands everything that a token holds to the reaper; safe to run again after a crash.
    package func makeAllDue(heldBy tokenKey: String, now: Timestamp) async throws {
        let folder = StorageKey("token/" + tokenKey + "/")
        while true {
            let keys = try await view.scan(folder, limit: 100)
            if keys.isEmpty { return }
            let ids = keys.map { String(decoding: $0.bytes.dropFirst(folder.bytes.count), as: UTF8.self) }
            try await makeDue(ids, listedAt: keys, now: now)
        }
    }

    /// Hands leases to the reaper, in one commit.
    package func makeDue(_ ids: [String], now: Timestamp) async throws {
        try await makeDue(ids, listedAt: [], now: now)
    }

    /// - Parameter keys: entries to remove even when their lease is gone.
    private func makeDue(_ ids: [String], listedAt keys: [StorageKey], now: Timestamp) async throws {
        try await view.transaction { transaction in
            for id in ids {
                guard let lease = try await load(id, in: &transaction) else { continue }
                var due = lease
                due.expireTime = lease.isIrrevocable ? now : min(lease.expireTime, now)
                due.isRevoking = true
                due.isIrrevocable = false
                try await stage(due, replacing: lease, in: &transaction)
            }
            for key in keys { transaction.delete(key) }
        }
        announce(now)
    }
}
