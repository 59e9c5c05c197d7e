internal import AuditService
internal import CofferBarrier
internal import CofferBase
internal import CofferFramework
internal import CofferJSON
internal import CofferMetrics
internal import CofferStorage
internal import IdentityService
internal import Logging
internal import MountService
internal import PolicyService
internal import QuotaService
internal import TokenService

extension Request {
    // MARK: stage 8, audit the request

    /// The request line, denials included. Nothing runs without it.
    func admit(_ verdict: Verdict, _ gate: Gate) async throws(Denial) -> Admitted {
        if let traits = location?.traits, let exempt = AuditBroker.exempt(traits, isOpened: isOpened(traits)) {
            return exempt
        }
        guard let services = gate.services else { throw .sealed }
        do throws(AuditFailure) {
            return try await services.audit.admit(auditRecord(verdict, services.audit.shownHeaders(incoming.header)))
        } catch {
            throw .auditFailed
        }
    }

    func auditRecord(_ verdict: Verdict, _ headers: [AuditHeader] = []) -> HeldAuditRecord {
        HeldAuditRecord(AuditRecord { fill(&$0, verdict, headers) })
    }

    private func fill(_ record: inout AuditRecord, _ verdict: Verdict, _ headers: [AuditHeader]) {
        record.headers = headers
        record.requestID = id
        record.operation = operation.rawValue
        record.path = path.text
        record.namespace = namespace
        record.mount = location?.mount
        record.clientToken = incoming.token ?? ""
        record.data = fields
        record.remoteAddress = incoming.origin.remoteAddress
        record.remotePort = incoming.origin.remotePort
        record.wrapTTL = incoming.wrapTTL
        record.error = verdict.denial?.error.joinedTexts ?? ""
        if let settings = location?.route?.entry.configuration {
            record.clearRequestKeys = settings.auditNonHMACRequestKeys
            record.clearResponseKeys = settings.auditNonHMACResponseKeys
        }
        if let token { record.caller = AuditCaller { fill(&$0, token, verdict) } }
    }

    private func fill(_ caller: inout AuditCaller, _ token: LiveToken, _ verdict: Verdict) {
        caller.accessor = token.entry.accessor
        caller.displayName = token.entry.displayName
        caller.policies = identity?.policies(joining: token.entry.policies) ?? token.entry.policies
        caller.tokenPolicies = token.entry.policies
        caller.identityPolicies = identity?.policies ?? []
        caller.metadata = token.entry.metadata
        caller.entityID = token.entry.entityID
        caller.tokenType = token.entry.typeName
        caller.tokenTTL = token.entry.ttl
        caller.tokenIssueTime = token.issueTime
        if case .remaining(let uses) = use { caller.remainingUses = uses }
        if let decision = verdict.decision {
            caller.allowed = decision.allowed
            let home = verdict.caller?.namespace ?? .root
            caller.grantingPolicies = decision.grantingPolicies.map {
                .init(name: $0.name, namespaceID: $0.namespace, namespacePath: $0.namespace == home.id ? home.path : "")
            }
        }
    }

    // MARK: stages 9 and 10, perform

    /// What the engine answered, tokens issued included; never throws, so that it is always audited.
    func perform(
        _ verdict: Verdict, _ admitted: borrowing Admitted, _ gate: Gate
    ) async -> Result<Outcome, EngineError> {
        let result = await run(verdict, gate)
        if case .last = use, let token, let services = gate.services, !isUnwrap {
            // The last use is spent: the token ends now, whatever came of the request.
            do {
                try await services.tokens.revoke(key: token.key)
            } catch {
                core.log.error("a used-up token could not be revoked; the lease reaper will")
            }
        }
        return result
    }

    private var isUnwrap: Bool { location?.traits.isUnwrap == true }

    private func run(_ verdict: Verdict, _ gate: Gate) async -> Result<Outcome, EngineError> {
        if let denial = verdict.denial { return .failure(denial.error) }
        do {
            guard let location else { throw Denial.noRoute(path.text) }
            let match = try location.match.get()
            var call = call(caller: verdict.caller, match: match)
            if operation == .create { call.operation = .create }
            try await requireLeasePlace(gate)
            if operation == .list || operation == .scan, let acl = verdict.acl {
                call.mayList = mayList(acl, below: location.mount.path)
            }
            let reply = try await handled(match, call, location, gate)
            if reply.auth == nil && reply.lease == nil {
                // Nearly always: a call that may wait is spared.
                return .success(Outcome(reply: reply, auth: nil, lease: nil, unknownFields: unknownFields(match)))
            }
            return .success(try await issue(reply, gate, match))
        } catch let denial as Denial {
            return .failure(denial.error)
        } catch {
            let failure = EngineError(any: error)
            if failure.kind == .internal { logFailure(error) }
            return .failure(failure)
        }
    }

    /// Texts of storages name no values; those of other errors may.
    private func logFailure(_ error: any Error) {
        var metadata: Logger.Metadata = ["request_id": .string(id), "path": .string(path.text)]
        if let error = error as? StorageError { metadata["storage"] = "\(error)" }
        core.log.error("request failed", metadata: metadata)
    }

    private func mayList(_ acl: ACL, below mount: String) -> @Sendable (String) -> Bool {
        let (ttl, mount) = (incoming.wrapTTL, policyPrefix + mount)
        return { folder in
            [PolicyOperation.list, .scan].contains { operation in
                acl.decide(AuthorizationRequest(path: mount + folder, operation: operation, wrapTTL: ttl)).allowed
            }
        }
    }

    private func handled(
        _ match: PathTable.Match, _ call: Call, _ location: Location, _ gate: Gate
    ) async throws -> Reply {
        let start = core.clock.now
        defer { core.meters.route(call.operation, location.mount.path).measure(since: start) }
        return match.place.path.traits.isLogin ? try await login(call, match, gate) : try await match.verb.run(call)
    }

    /// A reply with its token made. A class, as `Location` is, and for the same reason.
    final class Outcome: Sendable {
        let reply: Reply
        let auth: IssuedAuth?
        let lease: IssuedLease?
        let wrapInfo: WrapInfo?
        let unknownFields: [String]

        init(
            reply: Reply, auth: IssuedAuth?, lease: IssuedLease?, wrapInfo: WrapInfo? = nil, unknownFields: [String]
        ) {
            self.reply = reply
            self.auth = auth
            self.lease = lease
            self.wrapInfo = wrapInfo
            self.unknownFields = unknownFields
        }

        /// The same under a wrapping token.
        func wrapped(_ info: WrapInfo) -> Outcome {
            Outcome(reply: reply, auth: auth, lease: lease, wrapInfo: info, unknownFields: unknownFields)
        }
    }

    /// Registers what the engine gave out; an answer whose lease is not registered is never shown.
    func lease(_ reply: inout Reply, _ gate: Gate) async throws -> IssuedLease? {
        switch reply.lease {
        case nil: return nil
        case .issued(let lease)?: return lease
        case .grant(let grant)?:
            guard let services = gate.services, let route = location?.route, let token else {
                throw Denial.missingToken
            }
            let origin = EngineLeases.Origin(route: route, path: path.text, owner: token)
            let start = core.clock.now
            let registered = try await register(grant, from: origin, services)
            core.meters.registerLease.measure(since: start)
            core.meters.leaseCreated(mount: route.mount, ttl: registered.lease.duration)
            reply.warnings += registered.warnings
            return registered.lease
        }
    }

    /// Names of fields that no declaration knows, sorted.
    func unknownFields(_ match: PathTable.Match) -> [String] {
        guard !fields.isEmpty, !match.verb.takesAnyField, !match.place.path.traits.acceptsRawBody else { return [] }
        func isKnown(_ name: String) -> Bool {
            match.verb.input.contains { $0.name == name } || match.place.path.captures.contains { $0.name == name }
        }
        return fields.keys.filter { !isKnown($0) }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}

extension EngineError {
    /// Any error a handler can throw, as a client may see it.
    init(any error: any Error) {
        switch error {
        case let error as EngineError: self = error
        case let error as StorageError: self = EngineError(storage: error)
        case BarrierError.storage(let error): self = EngineError(storage: error)
        case let error as FieldError: self = .badRequest(error.text)
        case let error as Denial: self = error.error
        case is RandomError: self = .internal("no random bytes")
        default: self = .internal("internal error; see the server log")
        }
    }

    /// One line for the audit entry.
    package var joinedTexts: String {
        isListed
            ? "\(texts.count) error\(texts.count == 1 ? "" : "s") occurred:\n"
                + texts.map { "\t* \($0)\n" }.joined() + "\n"
            : texts.joined(separator: "; ")
    }
}
