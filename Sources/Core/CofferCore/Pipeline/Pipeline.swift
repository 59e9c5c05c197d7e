internal import AuditService
internal import CofferBase
internal import CofferFramework
internal import CofferMetrics
internal import Logging
internal import NamespaceService

extension Core {
    /// The life of a request, from a canonical path to an answer (DESIGN: stages 2 to 12).
    package func serve(_ incoming: consuming IncomingRequest) async -> Answer {
        let id: String
        do { id = try random.uuid() } catch { return Answer(.failure(.internal("no random bytes"))) }
        let start = clock.now
        let ticket = inFlight.begin(id, incoming, at: start)
        defer {
            inFlight.end(ticket)
            cluster?.finishedRequest()
        }
        var request = Request(id: id, incoming: incoming, core: self)
        defer { request.visited?.visitors.leave() }
        defer { (request.isLogin ? meters.login : meters.request).measure(since: start) }
        do throws(Denial) {
            let gate = gate
            if let index = request.incoming.header("x-vault-index"), let moment = ownMoment(gate),
                !reaches(index, moment)
            {
                return Answer(.failure(ConsistencyIndex.missing), status: 412)
            }
            var answer = try await request.run(gate)
            if let moment = ownMoment(gate), let index = index(of: moment) { answer.headers.append(index) }
            if let term = gate.services?.term, !request.isLocal, !term.isProvable { answer = Answer.deposed }
            answer.requestID = id
            return answer
        } catch {
            note(error, id: id)
            var answer = Answer(.failure(error.error))
            answer.headers = request.quotaHeaders
            answer.requestID = id
            return request.remembering(answer, error)
        }
    }

    /// Which state serves this request.
    private var gate: Gate {
        switch state {
        case .unsealed(let services): .open(services)
        case .sealed, .standby: .closed
        }
    }

    func note(_ denial: Denial, id: String) {
        let metadata: Logger.Metadata = ["request_id": .string(id), "reason": .string(denial.name)]
        switch denial {
        case .rateLimited: log.trace("request rejected due to rate limit quota violation", metadata: metadata)
        case .auditFailed: log.error("request not served: no audit device accepted its line", metadata: metadata)
        default: log.debug("request refused", metadata: metadata)
        }
    }
}

extension Request {
    /// Stages 3 to 12.
    mutating func run(_ gate: Gate) async throws(Denial) -> Answer {
        try locate(in: gate)
        if isOnStandby { try forwardUnlessRead() }
        try await limitRate(gate)
        try await decode()
        let verdict = await check(gate)
        // Refusals are the leader's, with all that follows from them.
        if isOnStandby, verdict.denial != nil { throw .forwarded }
        // Nothing of it changes any more: a call that waits would copy a variable.
        let known = self
        let admitted = try await known.admit(verdict, gate)
        let outcome = await known.perform(verdict, admitted, gate)
        return known.remembering(try await known.finish(outcome, admitted, gate), verdict.denial)
    }

    private func forwardUnlessRead() throws(Denial) {
        guard let location, location.traits.readOnStandby.contains(operation), !isPublic else { throw .forwarded }
    }
}

/// The server's state as one request sees it, fixed for its whole life.
enum Gate: Sendable {
    case open(Services)
    case closed

    var services: Services? { if case .open(let services) = self { services } else { nil } }
}
