package import CofferFramework
package import CofferJSON
internal import MountService
internal import NamespaceService
package import PolicyService
package import TokenService

/// A request that somebody asks about without making it.
package struct ExplainQuestion: Sendable {
    package var method: IncomingRequest.Method
    package var path: CanonicalPath
    package var parameters: JSONObject = [:]
    package var wrapTTL: Duration?
    /// Where the path is meant.
    package var namespace = NamespaceReference.root

    package init(method: IncomingRequest.Method, path: CanonicalPath) {
        self.method = method
        self.path = path
    }
}

/// What the policies of a token say of a question.
package struct ExplainedDecision: Sendable {
    package let operation: CofferFramework.Operation
    /// As it is authorised: folders of a list end in `/`.
    package let path: String
    package let explanation: Explanation
    /// What an operator should know beside the rules: nothing is mounted there, the mount wants `data/`.
    package let notes: [String]
}

extension Core {
    /// Decides what the token could do, by the same steps as a request; nothing is executed.
    package func explain(_ question: ExplainQuestion, for token: LiveToken) async throws -> ExplainedDecision {
        try await explain(question, for: token.entry)
    }

    /// The same for what an entity gives to its tokens beside their own policies.
    package func explain(_ question: ExplainQuestion, forEntity id: String) async throws -> ExplainedDecision {
        var entry = TokenEntry()
        entry.entityID = id
        entry.namespaceID = question.namespace.id
        return try await explain(question, for: entry)
    }

    private func explain(_ question: ExplainQuestion, for entry: TokenEntry) async throws -> ExplainedDecision {
        guard let services else { throw EngineError.unavailable("Vault is sealed") }
        var incoming = IncomingRequest(
            method: question.method, path: question.path, origin: Origin(remoteAddress: "", remotePort: 0))
        incoming.wrapTTL = question.wrapTTL
        incoming.namespace = String(question.namespace.path.dropLast())
        var request = Request(id: "", incoming: incoming, core: self)
        let gate = Gate.open(services)
        defer { request.visited?.visitors.leave() }
        try request.locate(in: gate)
        guard let prefix = services.policyPrefix(of: entry.namespaceID, in: request.namespace) else {
            throw Denial.foreignToken
        }
        request.policyPrefix = prefix
        request.fields = question.parameters
        try await request.tellCreateFromUpdate(services)
        let acl = try await services.acl(for: entry.policies, entityID: entry.entityID, in: entry.namespaceID)
        let asked = AuthorizationRequest(
            path: request.policyPath, operation: PolicyOperation(request.operation), parameters: question.parameters,
            wrapTTL: question.wrapTTL, needsSudo: request.needsSudo)
        var notes = ExplainNotes.of(request.location?.route, path: request.path.text, acl)
        if request.isPublic { notes.append("The path needs no token: policies are not asked.") }
        return ExplainedDecision(
            operation: request.operation, path: request.path.text, explanation: acl.explain(asked), notes: notes)
    }

    /// The same for a request that was denied; the rules are those that hold now.
    package func explain(_ record: DenialRecord, _ decision: Decision) async throws -> ExplainedDecision {
        guard let services else { throw EngineError.unavailable("Vault is sealed") }
        let subject = record.subject
        let acl = try await services.acl(
            for: subject?.policies ?? [], entityID: subject?.entityID ?? "", in: subject?.namespaceID ?? "root")
        let asked = AuthorizationRequest(
            path: record.path, operation: PolicyOperation(record.operation), needsSudo: record.needsSudo)
        let home = subject.flatMap { services.namespaces.reference($0.namespaceID) } ?? record.namespace
        let path = String(record.path.dropFirst(home.relativePath(of: record.namespace).count))
        let route = services.mounts.routes(in: record.namespace).find(path)?.route
        return ExplainedDecision(
            operation: record.operation, path: record.path, explanation: acl.explain(asked, decision),
            notes: ExplainNotes.of(route, path: path, acl))
    }
}
