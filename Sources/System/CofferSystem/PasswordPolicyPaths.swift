internal import CofferBase
internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import PolicyService

/// `sys/policies/password`: how passwords are made.
struct PasswordPolicyPaths {
    let core: Core

    struct Input: Sendable {
        var policy = ""

        static let schema = Schema<Input>(
            { Input() }, [Field("policy", \.policy, "The password policy, in HCL or JSON, plain or in base64.")])
    }

    private static let nameHelp = ["name": "Name of the password policy."]

    var paths: [Path] { [list, generate, one] }

    private func policies(_ call: Call) throws -> PasswordPolicies {
        PasswordPolicies(storage: try core.open().barrier, namespace: call.namespace.id)
    }

    private var list: Path {
        Path(
            "policies/password", "List the password policies.",
            [
                Verb(.list, "policies-list-password-policies", "List the password policies.", Page.schema) {
                    call, page in
                    try .keys(page.part(of: try await policies(call).names()))
                }
            ])
    }

    private var one: Path {
        Path(
            "policies/password/:name", "Read, write or delete a password policy.", captures: Self.nameHelp,
            [
                Verb(.read, "policies-read-password-policy", "Read a password policy.") { call in
                    guard let text = try await policies(call).text(of: call.capture("name")) else {
                        throw EngineError.notFound
                    }
                    return .data(["policy": .string(text)])
                },
                Verb(.update, "policies-write-password-policy", "Write a password policy.", Input.schema) {
                    call, input in
                    try await write(call, input)
                },
                Verb(.delete, "policies-delete-password-policy", "Delete a password policy.") { call in
                    try await policies(call).delete(name: call.capture("name"))
                    return .empty
                },
            ])
    }

    private func write(_ call: Call, _ input: Input) async throws -> Reply {
        if input.policy.isEmpty { throw EngineError.badRequest("missing policy") }
        let decoded = Base64.standard.decode(input.policy).flatMap { String(validating: $0, as: UTF8.self) }
        let text = decoded ?? input.policy
        do {
            // A policy that no password can meet is refused now, not when somebody needs a password.
            _ = try PasswordPolicy.parse(text).password(from: call.random)
        } catch let error as PolicyError {
            throw EngineError.badRequest(error.text)
        }
        try await policies(call).write(name: call.capture("name"), text: text)
        return .empty
    }

    private var generate: Path {
        Path(
            "policies/password/:name/generate", "Make a password.", captures: Self.nameHelp,
            [
                Verb(.read, "policies-generate-password-from-password-policy", "Make a password.") { call in
                    guard let policy = try await policies(call).policy(named: call.capture("name")) else {
                        throw EngineError(.notFound, ["policy does not exist"])
                    }
                    return .data(["password": .string(try policy.password(from: call.random))])
                }
            ])
    }
}
