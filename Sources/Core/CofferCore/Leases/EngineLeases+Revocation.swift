package import CofferBase
internal import CofferFramework
internal import CofferMetrics
package import LeaseService
package import MountService
internal import NamespaceService
internal import TokenService

extension EngineLeases {
    /// Ends a lease and what it stands for, whichever kind it is; what the reaper does with each due one.
    package func end(_ lease: Lease) async throws {
        let start = clock.now
        defer { meters.revokeLease.measure(since: start) }
        switch lease.kind {
        // It takes its lease with it, unless there was no such token any more.
        case .token: try await tokens.revoke(key: lease.tokenKey, issuedAt: lease.issueTime)
        case .secret: try await call(lease).revoke()
        }
        // A token's is gone by now, unless there was no such token. One with an id of its caller's choice may have been
        // made anew under the same lease.
        if try await leases.load(lease.id) != nil {
            try await leases.update(lease.id) { if $0?.issueTime == lease.issueTime { $0 = nil } }
        }
        try await finishRemoval(ofLease: lease.id)
    }

    /// Ends expired tokens in one commit, as far as they hold nothing.
    /// - Returns: the ids of those that are gone, and the leases that are left; each of these needs `end`.
    package func endTokens(_ due: [CalendarEntry]) async throws -> (ended: Set<String>, left: [Lease]) {
        let start = clock.now
        let (ended, left) = try await tokens.endExpired(due)
        for entry in due where ended.contains(entry.id) {
            meters.revokeLease.measure(since: start)
            try await finishRemoval(ofLease: entry.id)
        }
        return (ended, left)
    }

    /// Ends those tokens of a window whose time is over.
    /// - Returns: how many have ended; nil when that has to wait.
    package func endTokens(of window: TokenWindow, dueAt time: Timestamp) async throws -> Int? {
        let start = clock.now
        guard let count = try await tokens.endWindow(window, dueAt: time) else { return nil }
        for _ in 0..<count { meters.revokeLease.measure(since: start) }
        try await finishRemoval(ofLease: window.id)
        return count
    }

    /// What a lease's revocation may have to wait for: its mount. Nil for tokens, which need nobody.
    package func target(of id: String) -> String? {
        let (home, id) = LeaseID.split(id)
        if id.hasPrefix("auth/") { return nil }
        guard let namespace = namespaces.reference(home) else { return nil }
        let routes = mounts.routes(in: namespace)
        let mount = routes.find(id)?.route.mount ?? routes.removing.first { id.hasPrefix($0.mount.path) }?.mount
        return mount.map { namespace.path + $0.path }
    }

    /// Ends a lease now. When that fails the reaper goes on trying, and the caller is told.
    package func revoke(_ lease: Lease) async throws {
        guard lease.kind == .secret else { return try await end(lease) }
        guard let claimed = try await leases.claim(lease.id, now: clock.now) else { return }
        do {
            try await end(claimed)
        } catch {
            try await leases.postpone(lease.id, because: Self.explain(error), now: clock.now)
            throw error
        }
    }

    /// Forgets a lease whether or not its engine could revoke it.
    package func forceRevoke(_ lease: Lease) async throws {
        guard lease.kind == .secret else { return try await end(lease) }
        try? await call(lease).revoke()
        try await leases.update(lease.id) { $0 = nil }
        try await finishRemoval(ofLease: lease.id)
    }

    /// The lease with this very id, and all below it as a folder.
    ///
    /// Wrapping tokens and logins are `auth/` leases, so no prefix of a secrets engine reaches a token.
    package func revokeAll(below prefix: String, force: Bool = false) async throws {
        let folder = prefix.hasSuffix("/") ? prefix : prefix + "/"
        var failures = 0
        if let one = try await leases.load(String(folder.dropLast())) {
            if try await !tryToRevoke(one, force: force) { failures += 1 }
        }
        var page = try await leases.page(below: folder)
        while true {
            for lease in page.leases {
                if try await !tryToRevoke(lease, force: force) { failures += 1 }
            }
            guard let next = page.next else { break }
            page = try await leases.page(below: folder, after: next)
        }
        if failures == 0 { return }
        let those = failures == 1 ? "1 lease" : "\(failures) leases"
        throw EngineError.badRequest("failed to revoke \(those); revocation is tried again in the background")
    }

    /// False when the target refused; throws only when storage failed.
    private func tryToRevoke(_ lease: Lease, force: Bool) async throws -> Bool {
        if force {
            try await forceRevoke(lease)
            return true
        }
        do {
            try await revoke(lease)
            return true
        } catch is EngineError {
            return false
        }
    }

    /// What an operator may read about a failed revocation: the texts of engines hold no secret, others might.
    package static func explain(_ error: any Error) -> String { EngineError(any: error).texts.joined(separator: "; ") }

    // MARK: mounts that are being removed

    /// Deletes a mount whose removal waited for its last lease.
    private func finishRemoval(ofLease id: String) async throws {
        let (home, id) = LeaseID.split(id)
        guard let namespace = namespaces.reference(home),
            let route = mounts.routes(in: namespace).removing.first(where: { id.hasPrefix($0.mount.path) })
        else { return }
        try await finishRemoval(of: route.entry)
    }

    /// Deletes a removed mount unless it has leases left.
    @discardableResult
    package func finishRemoval(of entry: MountEntry) async throws -> Bool {
        guard try await leases.isEmpty(below: entry.leaseFolder) else { return false }
        try await mounts.finishRemoval(of: entry)
        return true
    }
}

extension MountEntry {
    /// What the ids of its leases begin with.
    package var leaseFolder: String { LeaseID.kept(fullPath, in: namespaceID) }
}
