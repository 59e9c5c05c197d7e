internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import PolicyService
internal import TokenService

/// `sys/capabilities*`: what a token may do at some paths.
struct CapabilityPaths {
    let core: Core

    struct Input: Sendable {
        var token = ""
        var accessor = ""
        var paths: [String] = []
        var path: [String] = []
    }

    private static let pathFields: [Field<Input>] = [
        Field("paths", \.paths, "Paths to ask about."),
        Field("path", \.path, "Paths to ask about, under the old name.").deprecated,
    ]

    var paths: [Path] {
        let token = Field<Input>("token", \.token, "Token to ask about.").secret
        let accessor = Field<Input>("accessor", \.accessor, "Accessor of the token to ask about.")
        return [
            path("capabilities", "query-token-capabilities", "What a token may do.", [token]) { call, input in
                guard let live = try await core.open().tokens.find(input.token), isWithin(live, call) else {
                    throw EngineError.invalid("invalid token")
                }
                return try await answer(live, input, call)
            },
            path("capabilities-self", "query-token-self-capabilities", "What the calling token may do.", []) {
                call, input in
                guard let live = try await core.open().tokens.find(call.clientToken ?? "") else {
                    throw EngineError.permissionDenied
                }
                return try await answer(live, input, call)
            },
            path(
                "capabilities-accessor", "query-token-accessor-capabilities", "What the token of an accessor may do.",
                [accessor]
            ) { call, input in
                guard let live = try await core.open().tokens.find(accessor: input.accessor), isWithin(live, call)
                else {
                    throw EngineError.invalid("invalid accessor")
                }
                return try await answer(live, input, call)
            },
        ]
    }

    private func path(
        _ pattern: String, _ id: String, _ help: String, _ fields: [Field<Input>],
        _ handler: @escaping @Sendable (Call, Input) async throws -> Reply
    ) -> Path {
        Path(
            pattern, help, traits: .traits { $0.isDoubled = true },
            [Verb(.update, id, help, Schema({ Input() }, fields + Self.pathFields), handler)])
    }

    /// Only tokens that mean something here are told about.
    private func isWithin(_ live: LiveToken, _ call: Call) -> Bool {
        core.services?.policyPrefix(of: live, in: call.namespace) != nil
    }

    private func answer(_ live: LiveToken, _ input: Input, _ call: Call) async throws -> Reply {
        let asked = input.paths.isEmpty ? input.path : input.paths
        if asked.isEmpty { throw EngineError.badRequest("paths must be supplied") }
        let services = try core.open()
        let acl = try await services.acl(of: live)
        guard let prefix = services.policyPrefix(of: live, in: call.namespace) else {
            throw EngineError.permissionDenied
        }
        var object = JSONObject()
        for path in asked {
            let clean = path.hasPrefix("/") ? String(path.dropFirst()) : path
            object[path] = .strings(acl.capabilities(prefix + clean))
        }
        if asked.count == 1, let only = object.members.first { object["capabilities"] = only.value }
        return .data(object)
    }
}
