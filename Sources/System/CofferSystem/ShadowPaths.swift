internal import CofferBase
internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import PolicyService

/// `sys/policies/shadow`: candidates that are decided on beside policies, and what they would change. Not part of
/// Vault's API.
struct ShadowPaths {
    let core: Core

    struct Input: Sendable {
        var policy = ""

        static let schema = Schema<Input>(
            { Input() }, [Field("policy", \.policy, "The candidate, in HCL or JSON, plain or in base64.")])
    }

    var paths: [Path] {
        [
            Path(
                "policies/shadow", "List the policies that have a candidate.",
                [
                    Verb(.list, "policies-list-shadows", "List the policies that have a candidate.", Page.schema) {
                        call, page in
                        .data(["keys": .strings(page.part(of: try await policies(call).shadowNames()))])
                    }
                ]),
            Path(
                "policies/shadow/*name", "Write, read or delete a candidate for a policy.",
                captures: ["name": "Name of the policy."],
                [
                    Verb(.update, "policies-write-shadow", "Write a candidate.", Input.schema, write),
                    Verb(.read, "policies-read-shadow", "Read a candidate and what it would change.", read),
                    Verb(.delete, "policies-delete-shadow", "Delete a candidate.") { call in
                        try await policies(call).deleteShadow(name: call.capture("name"))
                        return .empty
                    },
                ]),
        ]
    }

    private func policies(_ call: Call) throws -> Policies { try core.open().policies(in: call.namespace.id) }

    @Sendable private func write(_ call: Call, _ input: Input) async throws -> Reply {
        let name = call.capture("name").lowercased()
        if DefaultPolicies.immutable.contains(name) { throw EngineError.badRequest("cannot update \"\(name)\" policy") }
        if input.policy.isEmpty { throw EngineError.badRequest("'policy' parameter not supplied or empty") }
        let decoded = Base64.standard.decode(input.policy).flatMap { String(validating: $0, as: UTF8.self) }
        do {
            _ = try await policies(call).writeShadow(name: name, text: decoded ?? input.policy)
            return .empty
        } catch let error as PolicyError {
            throw EngineError.badRequest(error.text)
        }
    }

    @Sendable private func read(_ call: Call) async throws -> Reply {
        guard let shadow = try await policies(call).shadow(named: call.capture("name")) else {
            throw EngineError.notFound
        }
        let summary = shadow.report.summary
        return .data([
            "name": .string(shadow.policy.name), "policy": .string(shadow.policy.text),
            "decisions": .int(Int64(summary.decisions)), "would_allow": .int(Int64(summary.wouldAllow)),
            "would_deny": .int(Int64(summary.wouldDeny)), "forgotten": .int(Int64(summary.forgotten)),
            "differences": .array(summary.differences.map { .object(Self.object($0)) }),
        ])
    }

    private static func object(_ difference: ShadowReport.Difference) -> JSONObject {
        [
            "operation": .string(difference.last.operation.rawValue), "path": .string(difference.last.path),
            "would": .string(difference.change.rawValue), "count": .int(Int64(difference.count)),
            "first_time": .string(difference.first.rfc3339), "last_time": .string(difference.last.time.rfc3339),
            "last_request_id": .string(difference.last.id), "last_accessor": .string(difference.last.accessor),
            "live": .object(object(difference.live)), "candidate": .object(object(difference.candidate)),
        ]
    }

    private static func object(_ decision: PolicyService.Decision) -> JSONObject {
        ["cause": .string(decision.reason?.code ?? "allowed"), "pattern": .string(decision.pattern ?? "")]
    }
}
