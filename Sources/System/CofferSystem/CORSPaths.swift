internal import CofferBase
internal import CofferCore
internal import CofferFramework
internal import CofferJSON

/// `sys/config/cors`: which web pages may call the API.
struct CORSPaths {
    let core: Core

    struct Input: Sendable {
        var enable = true
        var origins: [String] = []
        var headers: [String] = []

        static let schema = Schema<Input>(
            { Input() },
            [
                Field("enable", \.enable, "Whether other origins are allowed."),
                Field("allowed_origins", \.origins, "Allowed origins, or \"*\" for all."),
                Field("allowed_headers", \.headers, "Allowed request headers beside the API's own."),
            ])
    }

    var paths: [Path] {
        [
            Path(
                "config/cors", "Cross-origin requests.",
                traits: .traits {
                    $0.isDoubled = true
                    $0.sudo = [.read, .update, .delete]
                },
                [
                    Verb(.read, "cors-read-configuration", "Read the settings.") { _ in .data(shown) },
                    Verb(.update, "cors-configure", "Change the settings.", Input.schema) { _, input in
                        try await configure(input)
                    },
                    Verb(.delete, "cors-delete-configuration", "Allow no other origins.") { _ in
                        try await save(CORSRules())
                    },
                ])
        ]
    }

    private var shown: JSONObject {
        let rules = core.controls.cors.value
        guard rules.isEnabled else { return ["enabled": false] }
        return [
            "enabled": true, "allowed_origins": .strings(rules.origins), "allowed_headers": .strings(rules.allHeaders),
        ]
    }

    private func configure(_ input: Input) async throws -> Reply {
        guard input.enable else { return try await save(CORSRules()) }
        if input.origins.isEmpty {
            throw EngineError.badRequest("at least one origin or the wildcard must be provided")
        }
        if input.origins.contains("*") && input.origins.count > 1 {
            throw EngineError.badRequest("to allow all origins the '*' must be the only value for allowed_origins")
        }
        guard input.headers.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f } }) else {
            throw EngineError.badRequest("allowed_headers must be names of headers")
        }
        var rules = CORSRules()
        rules.isEnabled = true
        rules.origins = input.origins
        rules.headers = input.headers.filter { !CORSRules.ownHeaders.contains($0) }
        return try await save(rules)
    }

    private func save(_ rules: CORSRules) async throws -> Reply {
        try await rules.store(in: core.open().barrier)
        core.controls.cors.replace(with: rules)
        return .empty
    }
}
