internal import CofferBase
internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import IdentityService
internal import PolicyService
internal import TokenService

/// `sys/policies/explain` and `sys/policies/denials`: why a request was, or would be, denied. Not part of Vault's API.
///
/// Whoever may update `sys/policies/explain` may ask about its own token; asking about another one also
/// takes `sudo` there.
struct ExplainPaths {
    let core: Core

    struct Input: Sendable {
        var token = ""
        var accessor = ""
        var entityID = ""
        var method = ""
        var path = ""
        var parameters: JSONObject = [:]
        var wrapTTL: Duration = .zero

        static let schema = Schema<Input>(
            { Input() },
            [
                Field("token", \.token, "Token to ask about; the calling one when neither it nor an accessor is given.")
                    .secret,
                Field("accessor", \.accessor, "Accessor of the token to ask about."),
                Field("entity_id", \.entityID, "Entity to ask about: what it gives to its tokens."),
                Field("method", \.method, "read, create, update, patch, delete, list, scan, or the HTTP method."),
                Field("path", \.path, "Path of the request, without /v1/."),
                Field("parameters", \.parameters, "Fields that the request would send."),
                Field("wrap_ttl", \.wrapTTL, "Wrapping TTL that the request would ask for."),
            ])
    }

    var paths: [Path] {
        [
            Path(
                "policies/explain", "Tell what a token's policies say of a request, and why.",
                [Verb(.update, "policies-explain", "Explain a decision.", Input.schema, explain)]),
            Path(
                "policies/denials/:id", "Tell why a request was answered with 403.",
                captures: ["id": "The X-Coffer-Deny-Id of the answer."],
                [Verb(.read, "policies-read-denial", "Explain a denial.", denial)]),
        ]
    }

    // MARK: a request that was not made

    @Sendable private func explain(_ call: Call, _ input: Input) async throws -> Reply {
        var question = try question(input)
        question.namespace = call.namespace
        if !input.entityID.isEmpty { return try await explain(question, forEntity: input.entityID, call, input) }
        switch try await subject(call, input) {
        case .refused(let refusal):
            return .data(Self.refused(RefusalCause(refusal.code, refusal.text)))
        case .valid(let token):
            let explained = try await core.explain(question, for: token)
            var data = ExplanationWire.object(explained)
            data["token"] = ExplanationWire.subject(DenialRecord.Subject(token))
            return .data(data)
        }
    }

    private func explain(
        _ question: ExplainQuestion, forEntity id: String, _ call: Call, _ input: Input
    ) async throws -> Reply {
        guard input.token.isEmpty, input.accessor.isEmpty else {
            throw EngineError.badRequest("ask about a token, an accessor or an entity, not about several")
        }
        try requireSudo(call)
        let store = try core.open().identities.store(in: call.namespace)
        guard let identity = try await store.caller(entityID: id) else {
            return .data(Self.refused(RefusalCause("unknown_entity", "There is no entity of this id.")))
        }
        if identity.isDisabled {
            return .data(Self.refused(RefusalCause("disabled_entity", "The entity is disabled: it uses no token.")))
        }
        var data = ExplanationWire.object(try await core.explain(question, forEntity: id))
        data["entity"] = [
            "id": .string(identity.view.entityID), "name": .string(identity.view.entityName),
            "policies": .strings(identity.policies),
        ]
        return .data(data)
    }

    private func requireSudo(_ call: Call) throws(EngineError) {
        guard call.caller?.hasSudo == true || call.caller?.isRoot == true else { throw .permissionDenied }
    }

    private func question(_ input: Input) throws(EngineError) -> ExplainQuestion {
        guard let method = Self.methods[input.method.lowercased()] else {
            throw .badRequest("method must be one of read, create, update, patch, delete, list, scan")
        }
        let text = input.path.hasPrefix("/") ? String(input.path.dropFirst()) : input.path
        guard !text.isEmpty, let path = try? CanonicalPath(decoded: text) else {
            throw .badRequest("path must be a request path in its clean spelling, without /v1/")
        }
        var question = ExplainQuestion(method: method, path: path)
        question.parameters = input.parameters
        question.wrapTTL = input.wrapTTL > .zero ? input.wrapTTL : nil
        return question
    }

    private static let methods: [String: IncomingRequest.Method] = [
        "read": .get, "get": .get, "create": .post, "update": .post, "write": .post, "post": .post, "put": .post,
        "patch": .patch, "delete": .delete, "list": .list, "scan": .scan,
    ]

    private func subject(_ call: Call, _ input: Input) async throws -> Authentication {
        let tokens = try core.open().tokens
        if input.token.isEmpty && input.accessor.isEmpty {
            guard let live = try await tokens.findCaller(call.clientToken ?? "") else {
                throw EngineError.permissionDenied
            }
            return .valid(live)
        }
        try requireSudo(call)
        if input.accessor.isEmpty {
            // From nowhere: whether its networks fit is not asked.
            let found = try await tokens.authenticate(input.token, from: call.origin.remoteAddress)
            guard case .refused(.addressNotBound) = found, let live = try await tokens.find(input.token) else {
                return found
            }
            return .valid(live)
        }
        guard let live = try await tokens.find(accessor: input.accessor) else { return .refused(.unknown) }
        return .valid(live)
    }

    // MARK: a request that was denied

    @Sendable private func denial(_ call: Call) async throws -> Reply {
        guard let record = core.denials.find(call.capture("id")), call.namespace.contains(record.namespace) else {
            throw EngineError.notFound
        }
        var data: JSONObject
        switch record.cause {
        case .policy(let decision): data = ExplanationWire.object(try await core.explain(record, decision))
        case .named(let cause): data = Self.refused(cause)
        case .other(let text): data = Self.refused(RefusalCause("refused", "The request was refused: \(text)"))
        }
        data["id"] = .string(record.id)
        data["time"] = .string(record.time.rfc3339)
        data["operation"] = .string(record.operation.rawValue)
        data["path"] = .string(record.path)
        data["remote_address"] = .string(record.remoteAddress)
        data["parameters"] = .strings(record.parameters)
        data["token"] = record.subject.map(ExplanationWire.subject) ?? .null
        return .data(data)
    }

    private static func refused(_ cause: RefusalCause) -> JSONObject {
        [
            "allowed": false, "cause": .string(cause.code), "explanation": .string(cause.text), "rules": [],
            "suggestion": "",
        ]
    }
}
