internal import CofferBase
internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import MountService
internal import PolicyService

/// `sys/policies/acl` and the older `sys/policy`.
struct PolicyPaths {
    let core: Core

    struct Input: Sendable {
        var policy = ""
        var rules = ""

        static let schema = Schema<Input>(
            { Input() },
            [
                Field("policy", \.policy, "The policy, in HCL or JSON, plain or in base64."),
                Field("rules", \.rules, "The policy, under its old name.").deprecated,
            ])
    }

    var paths: [Path] { [list, one, oldList, oldOne] }

    private static let nameHelp = ["name": "Name of the policy."]

    private var list: Path {
        Path(
            "policies/acl", "List the policies.",
            [
                Verb(.list, "policies-list-acl-policies", "List the policies.", Page.schema) { call, page in
                    .data(["keys": .strings(page.part(of: try await policies(call).names()))])
                }
            ])
    }

    private var one: Path {
        Path(
            "policies/acl/*name", "Read, write or delete a policy.", captures: Self.nameHelp,
            [
                Verb(.read, "policies-read-acl-policy", "Read a policy.") { call in
                    let text = try await read(call)
                    return .data(["name": .string(call.capture("name").lowercased()), "policy": .string(text)])
                },
                Verb(.update, "policies-write-acl-policy", "Write a policy.", Input.schema) { call, input in
                    try await write(call, input)
                },
                Verb(.delete, "policies-delete-acl-policy", "Delete a policy.") { call in try await delete(call) },
            ])
    }

    private var oldList: Path {
        let list: @Sendable (Call, Page) async throws -> Reply = { call, page in
            let names = JSON.strings(page.part(of: try await policies(call).names()))
            return .data(["keys": names, "policies": names])
        }
        return Path(
            "policy", "List the policies.", traits: .traits { $0.isDoubled = true },
            [
                Verb(.read, "policies-list-acl-policies2", "List the policies.", Page.schema, list),
                Verb(.list, "policies-list-acl-policies3", "List the policies.", Page.schema, list),
            ])
    }

    private var oldOne: Path {
        Path(
            "policy/*name", "Read, write or delete a policy.", captures: Self.nameHelp,
            traits: .traits { $0.isDoubled = true },
            [
                Verb(.read, "policies-read-acl-policy2", "Read a policy.") { call in
                    let text = try await read(call)
                    return .data(["name": .string(call.capture("name").lowercased()), "rules": .string(text)])
                },
                Verb(.update, "policies-write-acl-policy2", "Write a policy.", Input.schema) { call, input in
                    try await write(call, input)
                },
                Verb(.delete, "policies-delete-acl-policy2", "Delete a policy.") { call in try await delete(call) },
            ])
    }

    private func policies(_ call: Call) throws -> Policies { try core.open().policies(in: call.namespace.id) }

    private func read(_ call: Call) async throws -> String {
        let name = call.capture("name").lowercased()
        if name == "root" { return "" }
        guard let policy = try await policies(call).policy(named: name) else { throw EngineError.notFound }
        return policy.text
    }

    private func write(_ call: Call, _ input: Input) async throws -> Reply {
        let name = call.capture("name").lowercased()
        if DefaultPolicies.immutable.contains(name) { throw EngineError.badRequest("cannot update \"\(name)\" policy") }
        let given = input.policy.isEmpty ? input.rules : input.policy
        if given.isEmpty { throw EngineError.badRequest("'policy' parameter not supplied or empty") }
        // Policies may come in base64; text that is a policy never decodes as base64.
        let decoded = Base64.standard.decode(given).flatMap { String(validating: $0, as: UTF8.self) }
        let services = try core.open()
        do {
            let policy = try await policies(call).write(name: name, text: decoded ?? given)
            var reply = Reply.empty
            reply.warnings = policy.rules.compactMap { rule in
                guard let mount = services.mounts.routes(in: call.namespace).find(rule.pattern)?.route.mount else {
                    return nil
                }
                return KVPaths.warning(forPattern: rule.pattern, mount: mount)
            }
            return reply
        } catch let error as PolicyError {
            throw EngineError.badRequest(error.text)
        }
    }

    private func delete(_ call: Call) async throws -> Reply {
        let name = call.capture("name").lowercased()
        if DefaultPolicies.immutable.contains(name) { throw EngineError.badRequest("cannot delete \"\(name)\" policy") }
        if name == "default" { throw EngineError.badRequest("cannot delete default policy") }
        try await policies(call).delete(name: name)
        return .empty
    }
}
