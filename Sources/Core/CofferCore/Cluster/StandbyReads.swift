internal import AuditService
internal import CofferBarrier
internal import CofferBase
internal import CofferStorage
internal import IdentityService
internal import Logging

/// What a standby needs to answer reads itself, kept as the leader writes.
///
/// Before each request the storage is asked how far it has come, and what changed since the last time is dropped. So
/// an answer is never older than its request: everything that was acknowledged before the request began is in it.
/// Requests that are there at the same time share one question.
package final class StandbyReads: Sendable {
    private struct State {
        var session: ReadingSession?
        var moment: StorageMoment?
        var isEnded = false
        /// Until then nothing is tried again, after a failure.
        var restsUntil: Duration = .zero
        var isBuilding = false
    }

    /// What a request may use, until it leaves.
    struct Admission: Sendable {
        let session: ReadingSession
        let services: Services
        let moment: StorageMoment
    }

    private static let rest: Duration = .seconds(5)
    private let core: Core
    private let standby: Standby
    private let feed: any ChangeFeed
    private let now: SteadyTime
    private let state = Snapshot(State())
    private let question = SharedQuestion<Admission?>()

    init(_ core: Core, _ standby: Standby, _ feed: any ChangeFeed, now: @escaping SteadyTime) {
        self.core = core
        self.standby = standby
        self.feed = feed
        self.now = now
    }

    /// Whether reads are answered here, as far as is known.
    var isReady: Bool { state.value.session != nil }

    /// Nil: the leader has to answer. After an admission `session.leave()` must follow.
    func enter() async -> Admission? {
        let known = state.value
        // What is loaded anew takes long: nobody waits for it.
        if known.isEnded || known.isBuilding || known.restsUntil > now() { return nil }
        guard let admission = await question.answer({ await self.look() }), admission.session.enter() else {
            return nil
        }
        return admission
    }

    /// Loads what is needed, and keeps it from falling far behind while nobody asks.
    func keep() async { _ = await question.answer { await self.look() } }

    /// Nobody gets in any more; what is in use is closed when its last user has left.
    func end() {
        let session = state.update { state in
            defer { state.session = nil }
            state.isEnded = true
            return state.session
        }
        session?.end()
    }

    // MARK: one at a time

    private func look() async -> Admission? {
        let known = state.value
        if known.isEnded || known.restsUntil > now() { return nil }
        do {
            guard let session = known.session, let moment = known.moment else { return try await build(nil, []) }
            let changes = try await feed.changes(since: moment)
            guard let keys = changes.keys else { return try await build(session, [.keys, .tables]) }
            session.barrier.forget(keys)
            let kind = StorageChangeKind(of: keys)
            if kind.contains(.tables) { return try await build(session, kind) }
            if kind.contains(.policies) { session.services.value?.forgetPolicies() }
            if kind.contains(.identities) { session.services.value?.identities.forgetAll() }
            state.update { $0.moment = changes.moment }
            return session.services.value.map { Admission(session: session, services: $0, moment: changes.moment) }
        } catch {
            fail(error)
            return nil
        }
    }

    /// - Parameter kind: what has changed; without the keys the barrier and its cache stay.
    private func build(_ known: ReadingSession?, _ kind: StorageChangeKind) async throws -> Admission? {
        state.update { $0.isBuilding = true }
        defer { state.update { $0.isBuilding = false } }
        // Whatever is read from here on is at least as new.
        let moment = try await feed.changes(since: nil).moment
        let session = known ?? core.makeReadingSession()
        if known == nil || kind.contains(.keys) { try await core.open(session.barrier, standby) }
        try await session.audit.reload()
        let services = try await core.openServices(over: session.barrier, reading: session.audit)
        try await core.loadClusterKey(session.barrier)
        session.services.replace(with: services)
        let isEnded = state.update { state in
            if !state.isEnded { (state.session, state.moment) = (session, moment) }
            return state.isEnded
        }
        if isEnded {
            session.end()
            return nil
        }
        if known == nil { core.log.info("this standby answers reads", metadata: ["version": "\(moment.version)"]) }
        return Admission(session: session, services: services, moment: moment)
    }

    private func fail(_ error: any Error) {
        core.log.warning(
            "reads are left to the active node",
            metadata: ["reason": "\((error as? StorageError).map { "\($0)" } ?? "\(type(of: error))")"])
        let session = state.update { state in
            defer { (state.session, state.moment) = (nil, nil) }
            state.restsUntil = now() + Self.rest
            return state.session
        }
        session?.end()
    }
}

/// A barrier and audit devices for reading, closed when nobody uses them any more.
final class ReadingSession: Sendable {
    private struct State {
        var users = 0
        var isEnded = false
    }

    let barrier: Barrier
    let audit: AuditBroker
    /// Made anew when what they load whole has changed.
    let services = Snapshot<Services?>(nil)
    private let state = Snapshot(State())

    init(_ barrier: Barrier, _ audit: AuditBroker) {
        self.barrier = barrier
        self.audit = audit
    }

    func enter() -> Bool {
        state.update { state in
            if !state.isEnded { state.users += 1 }
            return !state.isEnded
        }
    }

    func leave() {
        let isLast = state.update { state in
            state.users -= 1
            return state.isEnded && state.users == 0
        }
        if isLast { close() }
    }

    func end() {
        let isUnused = state.update { state in
            defer { state.isEnded = true }
            return !state.isEnded && state.users == 0
        }
        if isUnused { close() }
    }

    private func close() {
        audit.close()
        barrier.seal()
        services.replace(with: nil)
    }
}
