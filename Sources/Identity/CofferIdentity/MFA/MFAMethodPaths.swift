internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import IdentityService

/// `mfa/method`: the second factors that there are.
struct MFAMethodPaths {
    let core: Core

    private static let help = ["method_id": "Id of the method."]

    var paths: [Path] {
        [list] + MFASecretPaths(core: core).paths + MFAMethod.Kind.allCases.flatMap { [all($0), one($0)] } + [any]
    }

    /// As operation ids spell the kind.
    private func word(_ kind: MFAMethod.Kind) -> String { kind == .pingid ? "ping-id" : kind.rawValue }

    private func listed(_ kind: MFAMethod.Kind?, _ call: Call, _ page: Page) async throws -> Reply {
        let methods = try await core.identities(call).methods(kind)
        let ids = page.part(of: methods.map(\.id))
        let info = methods.filter { ids.contains($0.id) }.map { ($0.id, $0.shown(namespaceID: call.namespace.id)) }
        return try .list(ids, info: info)
    }

    private func read(_ kind: MFAMethod.Kind?, _ call: Call) async throws -> Reply {
        let method = try await core.identities(call).method(id: call.capture("method_id"))
        guard let method, kind == nil || method.kind == kind else { throw EngineError.notFound }
        return .data(method.shown(namespaceID: call.namespace.id))
    }

    private var list: Path {
        Path(
            "mfa/method", "List the ids of all methods.",
            [
                Verb(.list, "mfa-list-methods", "List the ids of all methods.", Page.schema) { call, page in
                    try await listed(nil, call, page)
                }
            ])
    }

    private var any: Path {
        Path(
            "mfa/method/:method_id", "Read a method of any kind.", captures: Self.help,
            [Verb(.read, "mfa-read-method", "Read a method of any kind.") { call in try await read(nil, call) }])
    }

    private func all(_ kind: MFAMethod.Kind) -> Path {
        let list = "mfa-list-\(word(kind))-methods"
        return Path(
            "mfa/method/\(kind.rawValue)", "Create a \(kind.rawValue) method, or list them.",
            [
                Verb(.list, list, "List the ids of \(kind.rawValue) methods.", Page.schema) { call, page in
                    try await listed(kind, call, page)
                },
                Verb(writing: MFAMethod.input(of: kind), "mfa-create-\(word(kind))-method", "Create a method.") {
                    call in
                    let method = try await core.identities(call).write(call.fields, kind, methodID: nil)
                    return .data(["method_id": .string(method.id)])
                },
            ])
    }

    private func one(_ kind: MFAMethod.Kind) -> Path {
        Path(
            "mfa/method/\(kind.rawValue)/:method_id", "Read, change or delete a \(kind.rawValue) method.",
            captures: Self.help,
            [
                Verb(.read, "mfa-read-\(word(kind))-method", "Read a method.") { call in try await read(kind, call) },
                Verb(writing: MFAMethod.input(of: kind), "mfa-update-\(word(kind))-method", "Change a method.") {
                    call in
                    let id = call.capture("method_id")
                    _ = try await core.identities(call).write(call.fields, kind, methodID: id)
                    return .empty
                },
                Verb(.delete, "mfa-delete-\(word(kind))-method", "Delete a method.") { call in
                    try await core.identities(call).deleteMethod(id: call.capture("method_id"), kind)
                    return .empty
                },
            ])
    }
}
