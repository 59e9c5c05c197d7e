package import CofferBase
package import CofferStorage
internal import Logging
internal import Synchronization

/// What a node needs to take part in a cluster.
package struct ClusterSettings: Sendable {
    /// Drawn by this process.
    package var id: String
    package var hostname = ""
    package var timing = ClusterTiming()
    package var steady: SteadyTime = Steady.now
    /// Reads are answered on standbys, which learn here what the leader writes; nil: the leader answers everything.
    package var feed: (any ChangeFeed)?
    /// What was seen of the storage before this process began; nil: nothing is kept.
    package var note: StorageNote?
    /// A new authority, and a certificate and key that it signed.
    package var makeCertificate: @Sendable () throws -> ClusterCertificate

    package init(id: String, makeCertificate: @escaping @Sendable () throws -> ClusterCertificate) {
        self.id = id
        self.makeCertificate = makeCertificate
    }
}

/// This node's part in the cluster: follows a leader, tries to lead when there is none, and keeps its leadership.
///
/// What is decided is in `Candidacy` and `TermSchedule`; here is what waits and asks.
package final class Cluster: Sendable {
    private struct State {
        var work: Task<Void, Never>?
        var isLeaving = false
        var term: Term?
        var candidacy = Candidacy()
        var wantsStepDown = false
        /// The storage did not answer when it was asked last.
        var isStorageLost = false
        /// What was told last of what keeps this node from following and leading.
        var trouble: String?
        /// What this process was told of the time before it, once it could be read.
        var hasRecalled = false
        /// Until it looks again who leads.
        var pause: Duration
        var suspectedAt: Duration?
    }

    package let settings: ClusterSettings
    package let nodes = ClusterNodes()
    let registry = NodeRegistry()
    /// Set once the edge listens; without one nothing is forwarded.
    package let transport = Snapshot<(any ClusterTransport)?>(nil)
    private let election: any Election
    private let state: Mutex<State>
    private let bell = Bell()

    package init(_ settings: ClusterSettings, election: any Election) {
        self.settings = settings
        state = Mutex(State(pause: settings.timing.poll))
        self.election = election
    }

    /// The term in which this node leads.
    package var term: Term? { state.withLock { $0.term } }

    /// The storage did not answer when this node last asked who leads.
    package var isStorageLost: Bool { state.withLock { $0.isStorageLost } }

    /// What this process has seen of the storage.
    var mark: StorageMark? { election.mark }

    /// The storage refused a write of this epoch: it is over.
    func fenced(_ epoch: Epoch) {
        if let term, term.epoch == epoch { term.end(.deposed) }
    }

    /// A request did not reach the leader that this node knows, or it knows none: there may be another one.
    package func suspect() {
        let now = settings.steady()
        let isDue = state.withLock { state in
            if let last = state.suspectedAt, now - last < settings.timing.suspicion { return false }
            state.suspectedAt = now
            return state.term == nil
        }
        if isDue { bell.ring() }
    }

    // MARK: coming and going

    /// Follows or leads from now on; returns when it is known which.
    func join(_ core: Core, _ standby: Standby) async {
        await withCheckedContinuation { continuation in
            let first = OnceContinuation(continuation)
            state.withLock { state in
                state.isLeaving = false
                state.candidacy = Candidacy()
                state.work = Task { await run(core, standby, first) }
            }
        }
    }

    /// Gives up leadership and stops following; returns when nothing of it runs any more.
    func leave() async {
        let (work, term) = state.withLock { state in
            state.isLeaving = true
            defer { state.work = nil }
            return (state.work, state.term)
        }
        term?.end(.resigned)
        bell.ring()
        await work?.value
    }

    /// From within its own work: it ends after what it does now.
    func abandon() { state.withLock { $0.isLeaving = true } }

    /// Gives up leadership once the answer to whoever asked for it is on its way.
    package func askToStepDown() { state.withLock { $0.wantsStepDown = true } }

    /// After each answer.
    func finishedRequest() {
        let term = state.withLock { state in
            defer { state.wantsStepDown = false }
            return state.wantsStepDown ? state.term : nil
        }
        term?.end(.resigned)
    }

    private var isLeaving: Bool { state.withLock { $0.isLeaving } }

    private func run(_ core: Core, _ standby: Standby, _ first: OnceContinuation) async {
        let echoes = Task { await self.echoes(core, standby) }
        let bell = bell
        election.tellOfLeaders { bell.ring() }
        while !isLeaving {
            let term = await attempt(core, standby)
            first.resume()
            if let term {
                await finish(term, core, standby)
            } else {
                await bell.wait(for: state.withLock { $0.pause }, core.clock)
            }
        }
        first.resume()
        election.tellOfLeaders(nil)
        echoes.cancel()
        await echoes.value
        standby.endReading()
        transport.value?.follow(nil)
    }

    // MARK: following

    /// Looks who leads, and tries to when nobody does; the term in which this node then leads.
    private func attempt(_ core: Core, _ standby: Standby) async -> Term? {
        state.withLock { $0.pause = settings.timing.poll }
        do throws(StorageError) {
            let record = try await election.leader()
            state.withLock { $0.isStorageLost = false }
            guard await recall(core, standby) else { return nil }
            standby.beginReading { settings.feed.map { StandbyReads(core, standby, $0, now: settings.steady) } }
            let now = settings.steady()
            let verdict = state.withLock {
                $0.candidacy.verdict(on: record, own: settings.id, at: now, settings.timing)
            }
            switch verdict {
            case .follow(let record):
                state.withLock { ($0.trouble, $0.pause) = (nil, settings.timing.pause(following: record)) }
                await follow(record, core, standby)
                return nil
            case .wait:
                await follow(nil, core, standby)
                return nil
            case .stand: return try await stand(core, standby)
            }
        } catch {
            state.withLock { $0.isStorageLost = true }
            tell("\(error)", core)
            return nil
        }
    }

    /// Tried twice a second; told once for a row of the same failure.
    private func tell(_ trouble: String, _ core: Core) {
        let isNew = state.withLock { state in
            defer { state.trouble = trouble }
            return state.trouble != trouble
        }
        if isNew { core.log.error("this node can neither follow nor lead", metadata: ["reason": "\(trouble)"]) }
    }

    /// Tells the storage what this node saw of it before it was started; false when that cannot be known.
    private func recall(_ core: Core, _ standby: Standby) async -> Bool {
        if state.withLock({ $0.hasRecalled }) { return true }
        do {
            if let note = settings.note, let mark = try await core.read(note, standby) { election.recall(mark) }
            state.withLock { $0.hasRecalled = true }
            return true
        } catch {
            tell((error as? StorageNote.Unreadable)?.text ?? "\(error)", core)
            return false
        }
    }

    private func follow(_ record: LeaderRecord?, _ core: Core, _ standby: Standby) async {
        if standby.leader?.epoch == record?.epoch { return }
        let leader = record == nil ? nil : await core.readLeader(standby)
        // One that has not told yet where it is: asked for again at the next look.
        let found = leader?.epoch == record?.epoch ? leader : nil
        guard found != nil || standby.leader != nil else { return }
        standby.leader = found
        transport.value?.follow(found)
        if let found {
            core.log.info("following the active node", metadata: ["address": "\(found.apiAddress)"])
        }
    }

    private func echoes(_ core: Core, _ standby: Standby) async {
        while !Task.isCancelled {
            if term == nil {
                await core.refreshKeys(standby)
                await standby.reads?.keep()
            } else {
                await core.storeNodes()
            }
            // Not before it has been read: it may know more than this process.
            if let note = settings.note, let mark = election.mark, state.withLock({ $0.hasRecalled }) {
                await core.write(note, mark, standby)
            }
            var pause = settings.timing.echo
            if standby.leader != nil, let transport = transport.value {
                let start = (steady: settings.steady(), wall: core.clock.now)
                if let answer = try? await transport.echo(self.node(core, standby)) {
                    let end = settings.steady()
                    let took = (end - start.steady).wholeNanoseconds / 1_000_000
                    let middle = start.wall.nanoseconds / 1_000_000 + took / 2
                    standby.echoed(at: end, duration: took, skew: middle - answer.time)
                } else {
                    // It is soon to be known whether the leader is out of reach.
                    pause = pause / 4
                }
            }
            guard (try? await core.clock.sleep(until: core.clock.now + pause)) != nil else { return }
        }
    }

    /// What this node tells about itself.
    package func node(_ core: Core, _ standby: Standby?) -> ClusterNode {
        var node = ClusterNode(
            id: settings.id, hostname: settings.hostname, apiAddress: core.controls.apiAddress.value,
            clusterAddress: core.controls.clusterURL, version: core.configuration.reportedVersion)
        if let echo = standby?.echo { (node.echoDuration, node.clockSkew) = echo }
        return node
    }

    // MARK: leading

    private func stand(_ core: Core, _ standby: Standby) async throws(StorageError) -> Term? {
        let candidate = candidate(core)
        let asked = settings.steady()
        guard let epoch = try await election.acquire(candidate, for: settings.timing.time) else { return nil }
        let schedule = TermSchedule(settings.timing, askedAt: asked)
        let term = Term(epoch, provableUntil: schedule.provableUntil, now: settings.steady)
        let isLeaving = state.withLock { state in
            (state.term, state.trouble) = (term, nil)
            return state.isLeaving
        }
        if isLeaving { term.end(.resigned) }
        core.log.info("acquired lock, enabling active operation", metadata: ["epoch": "\(epoch.value)"])
        let keeper = Task { await keep(term, schedule, core) }
        do {
            follow(nobody: standby)
            standby.endReading()
            try await core.lead(term, standby)
            return term
        } catch {
            core.log.error("this node cannot lead", metadata: ["error": "\(type(of: error))"])
            term.end(.resigned)
            await keeper.value
            await leaveOffice(term, core)
            await core.recover(standby, from: error)
            return nil
        }
    }

    private func follow(nobody standby: Standby) {
        standby.leader = nil
        transport.value?.follow(nil)
    }

    /// Returns when the node follows again.
    private func finish(_ term: Term, _ core: Core, _ standby: Standby) async {
        let end = await term.waitForEnd()
        core.log.warning(
            end == .deposed ? "leadership lost" : "stepping down from active operation to standby",
            metadata: ["epoch": "\(term.epoch.value)"])
        let services = core.follow(standby)
        if end == .resigned {
            let now = settings.steady()
            state.withLock { $0.candidacy.steppedDown(at: now, settings.timing) }
        }
        // What the services still have on its way is refused by the fence; nobody has to wait for it.
        await leaveOffice(term, core)
        if let services { await core.end(services) }
    }

    private func leaveOffice(_ term: Term, _ core: Core) async {
        state.withLock { $0.term = nil }
        nodes.forgetAll()
        do throws(StorageError) {
            try await election.release(term.epoch, candidate(core))
        } catch {
            core.log.warning("leadership could not be given back; it ends by itself", metadata: ["error": "\(error)"])
        }
    }

    private func candidate(_ core: Core) -> Candidate {
        Candidate(id: settings.id, address: core.controls.apiAddress.value)
    }

    /// Asks for more time until the term ends, and ends it when that is not granted.
    private func keep(_ term: Term, _ schedule: TermSchedule, _ core: Core) async {
        var schedule = schedule
        let watcher = Task { await watch(term, core) }
        defer { watcher.cancel() }
        while !term.hasEnded {
            switch schedule.next(at: settings.steady()) {
            case .over: return term.end(.deposed)
            case .wait(let duration): await term.wait(for: duration, core.clock)
            case .renew:
                let asked = settings.steady()
                do throws(StorageError) {
                    guard try await election.renew(term.epoch, candidate(core), for: settings.timing.time) else {
                        return term.end(.deposed)
                    }
                    schedule.renewed(askedAt: asked)
                    term.extend(until: schedule.provableUntil)
                } catch {
                    core.log.warning("leadership could not be renewed", metadata: ["error": "\(error)"])
                    schedule.failed(at: settings.steady())
                }
            }
        }
    }
}

extension Cluster {
    /// Ends the term when it is no longer provable: a storage that does not answer must not put that off.
    private func watch(_ term: Term, _ core: Core) async {
        while !term.hasEnded {
            let left = term.provableUntil - settings.steady()
            if left <= .zero { return term.end(.deposed) }
            guard (try? await core.clock.sleep(until: core.clock.now + left)) != nil else { return }
        }
    }
}

/// Resumed once, however often it is asked to.
private final class OnceContinuation: Sendable {
    private let continuation: Mutex<CheckedContinuation<Void, Never>?>
    init(_ continuation: CheckedContinuation<Void, Never>) { self.continuation = Mutex(continuation) }

    func resume() {
        let waiting = continuation.withLock { waiting in
            defer { waiting = nil }
            return waiting
        }
        waiting?.resume()
    }
}
