internal import AuditService
internal import CofferBase
internal import CofferFramework
internal import CofferJSON
internal import Logging
internal import MountService
internal import TokenService

extension Request {
    // MARK: stages 11 and 12, wrap and audit the answer

    func finish(
        _ result: Result<Outcome, EngineError>, _ admitted: consuming Admitted, _ gate: Gate
    ) async throws(Denial) -> Answer {
        var result = result
        if let ttl = incoming.wrapTTL, ttl > .zero, case .success(let outcome) = result {
            result = await wrap(outcome, for: ttl, gate)
        }
        let audited: Audited
        do throws(AuditFailure) {
            audited = try await Self.audit(result, admitted, gate)
        } catch {
            throw .auditFailed
        }
        if case .success(let outcome) = result, let effect = outcome.reply.afterAudit {
            result = await settle(outcome, effect)
        }
        return answer(result, audited)
    }

    /// Makes the answer true. The audit then says more than happened when this fails, never less.
    private func settle(
        _ outcome: Outcome, _ effect: @Sendable () async throws -> Void
    ) async -> Result<Outcome, EngineError> {
        do {
            try await effect()
            return .success(outcome)
        } catch {
            core.log.error(
                "an audited answer was withheld: what it tells could not be stored",
                metadata: ["request_id": .string(id), "path": .string(path.text)])
            return .failure(EngineError(any: error))
        }
    }

    private static func audit(
        _ result: Result<Outcome, EngineError>, _ admitted: consuming Admitted, _ gate: Gate
    ) async throws(AuditFailure) -> Audited {
        guard let services = gate.services else {
            guard let exempt = AuditBroker.exemptAnswer(admitted) else { throw AuditFailure() }
            return exempt
        }
        switch result {
        case .failure(let error):
            return try await services.audit.finish(admitted, AuditResponse(), error: error.joinedTexts)
        case .success(let outcome):
            var response = AuditResponse()
            response.auth = outcome.auth
            response.leaseID = outcome.lease?.id ?? ""
            response.wrapInfo = outcome.wrapInfo
            response.warnings = outcome.reply.warnings
            if outcome.wrapInfo == nil { response.data = outcome.auditedData }
            return try await services.audit.finish(admitted, response, error: "")
        }
    }

    /// Puts the whole answer under a single-use token, as the caller asked.
    private func wrap(
        _ outcome: Outcome, for ttl: Duration, _ gate: Gate
    ) async -> Result<Outcome, EngineError> {
        guard outcome.isWrappable, location?.traits.isNeverWrapped != true, let services = gate.services
        else { return .success(outcome) }
        do {
            let envelope = Envelope(id: id, mountType: mountType, outcome: outcome, warnings: warnings(outcome))
            var info = try await services.tokens.wrap(
                JSON.object(envelope.object).text, creationPath: path.text, ttl: ttl,
                wrappedAccessor: outcome.auth?.accessor ?? "", namespace: namespace)
            if incoming.wrapFormat == "jwt" { info.token = try await services.tokens.jwt(for: info) }
            return .success(outcome.wrapped(info))
        } catch {
            return .failure(EngineError(any: error))
        }
    }

    /// Stage 13's input: only an audited answer gets here.
    private func answer(_ result: Result<Outcome, EngineError>, _ audited: consuming Audited) -> Answer {
        _ = consume audited
        switch result {
        case .failure(let error):
            var answer = Answer(.failure(error))
            answer.headers = quotaHeaders
            return answer
        case .success(let outcome):
            noteUnknownFields(outcome)
            var answer = Envelope(id: id, mountType: mountType, outcome: outcome, warnings: warnings(outcome))
                .answer(isDoubled: location?.traits.isDoubled == true)
            // Most answers have none.
            answer.headers = quotaHeaders
            if !outcome.reply.headers.isEmpty {
                answer.headers = outcome.reply.headers.filter(isAllowed) + answer.headers
            }
            return answer
        }
    }

    /// An answer without a body has no warnings to say it in (CVE-2021-30476). Names are the caller's, so they stay out.
    private func noteUnknownFields(_ outcome: Outcome) {
        guard !outcome.unknownFields.isEmpty, !outcome.hasResponse else { return }
        core.log.info(
            "a request held fields that its path does not know",
            metadata: ["request_id": .string(id), "count": .stringConvertible(outcome.unknownFields.count)])
    }

    /// An engine sets only the headers that its mount is tuned to (`allowed_response_headers`), and hints; the
    /// server's own any.
    private func isAllowed(_ header: Reply.Header) -> Bool {
        guard let route = location?.route, !route.kind.isBuiltIn else { return true }
        let name = header.name.lowercased()
        if name == "x-coffer-hint" { return true }
        return route.entry.configuration.allowedResponseHeaders.contains { $0.lowercased() == name }
    }

    private var mountType: String { isPublic ? "" : location?.mount.type ?? "" }

    private func warnings(_ outcome: Outcome) -> [String] {
        var warnings = outcome.reply.warnings
        // A 204 stays a 204 whatever else was sent.
        guard outcome.hasResponse else { return warnings }
        if !outcome.unknownFields.isEmpty {
            warnings.append(
                "Endpoint ignored these unrecognized parameters: [\(outcome.unknownFields.joined(separator: " "))]")
        }
        if !replacedFields.isEmpty {
            warnings.append(
                "Endpoint replaced the value of these parameters with the values captured from the endpoint's path: "
                    + "[\(replacedFields.joined(separator: " "))]")
        }
        return warnings
    }
}

extension Request.Outcome {
    /// True when the answer has a body of the envelope kind.
    var hasResponse: Bool {
        if auth != nil || lease != nil || !reply.warnings.isEmpty { return true }
        if case .none = reply.body { return false } else { return true }
    }

    /// Bare and raw answers leave as they are.
    var isWrappable: Bool {
        if reply.wrapInfo != nil { return false }
        return switch reply.body {
        case .data, .unwrapped: true
        case .none: auth != nil || lease != nil
        case .bare, .raw, .stream: false
        }
    }

    var auditedData: JSONObject {
        switch reply.body {
        case .data(let object): object
        case .unwrapped(let object): object["data"]?.objectValue ?? [:]
        case .bare(let json): json.objectValue ?? [:]
        case .none, .raw, .stream: [:]
        }
    }
}
