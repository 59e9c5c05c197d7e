internal import AuditService
internal import CofferBarrier
internal import CofferBase
internal import CofferFramework
internal import CofferMetrics
internal import CofferStorage
internal import NamespaceService

extension Core {
    /// The services of the request in hand: those of a node that leads, or what a standby reads with.
    @TaskLocal static var readingServices: Services?

    /// For handlers of requests.
    package var servicesInUse: Services? { Self.readingServices ?? services }

    /// Whether this node is a standby that answers reads itself.
    package var answersAsStandby: Bool { standby?.reads?.isReady ?? false }

    func makeReadingSession() -> ReadingSession {
        let barrier = Barrier(storage: ReadOnlyStorage(storage), clock: clock, random: random)
        return ReadingSession(
            barrier,
            AuditBroker(
                storage: barrier, kinds: configuration.auditDevices, directory: configuration.auditDirectory,
                clock: clock, random: random, log: log, metrics: metrics))
    }

    func open(_ barrier: Barrier, _ standby: Standby) async throws(BarrierError) {
        // The root key may have been changed, and can be read only by who has followed the terms.
        await refreshKeys(standby)
        try await barrier.openForReading(rootKey: standby.rootKey)
    }

    /// An answer of a standby; nil: the leader has to give it.
    package func answerAsStandby(_ incoming: IncomingRequest) async -> Answer? {
        guard let reads = standby?.reads, [.get, .list, .scan].contains(incoming.method), incoming.wrapTTL == nil,
            incoming.header("x-vault-forward")?.lowercased() != "active-node"
        else { return nil }
        guard let admission = await reads.enter() else { return nil }
        defer { admission.session.leave() }
        if let index = incoming.header("x-vault-index"), !reaches(index, admission.moment) {
            let forwards = incoming.header("x-vault-inconsistent")?.lowercased() == "forward-active-node"
            return forwards ? nil : Answer(.failure(ConsistencyIndex.missing), status: 412)
        }
        return await Self.$readingServices.withValue(admission.services) {
            await answer(incoming, with: admission)
        }
    }

    private func answer(_ incoming: IncomingRequest, with admission: StandbyReads.Admission) async -> Answer? {
        let id: String
        do { id = try random.uuid() } catch { return nil }
        let start = clock.now
        let ticket = inFlight.begin(id, incoming, at: start)
        defer { inFlight.end(ticket) }
        var request = Request(id: id, incoming: incoming, core: self)
        request.isOnStandby = true
        defer { request.visited?.visitors.leave() }
        defer { meters.request.measure(since: start) }
        do throws(Denial) {
            var answer = try await request.run(.open(admission.services))
            // What could not be read here the leader may know how to answer.
            if case .failure(let error) = answer.content, [.unavailable, .internal].contains(error.kind) { return nil }
            if let index = index(of: admission.moment) { answer.headers.append(index) }
            answer.requestID = id
            return answer
        } catch {
            // Only what concerns this node is refused here.
            switch error {
            case .rateLimited, .auditFailed: note(error, id: id)
            default: return nil
            }
            var answer = Answer(.failure(error.error))
            answer.headers = request.quotaHeaders
            answer.requestID = id
            return answer
        }
    }
}
