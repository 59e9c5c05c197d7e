internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import MountService
internal import QuotaService

/// `sys/quotas/lease-count`: how many leases there may be.
struct LeaseQuotaPaths {
    let core: Core

    struct Input: Sendable {
        var type = ""
        var path = ""
        var role = ""
        var maximum: Int64 = 0
        var inheritable: Bool?

        static let schema = Schema<Input>(
            { Input() },
            [
                Field("type", \.type, "Type of the quota; without effect."),
                Field("path", \.path, "A mount, or a path below one that may end in *; empty for everything."),
                Field("role", \.role, "Only logins of this role; the path is then an auth method."),
                Field("max_leases", \.maximum, "How many leases there may be."),
                Field("inheritable", \.inheritable, "Whether namespaces below have this quota too."),
            ])
    }

    var paths: [Path] {
        [
            Path(
                "quotas/lease-count", "The lease count quotas.",
                [
                    Verb(.list, "lease-count-quotas-list", "List the lease count quotas.", Page.schema) { _, page in
                        try .keys(page.part(of: try core.open().quotas.leaseRules.map(\.name)))
                    }
                ]),
            Path(
                "quotas/lease-count/:name", "A lease count quota.", captures: ["name": "Name of the quota."],
                [
                    Verb(.read, "lease-count-quotas-read", "Read a quota and its count.") { call in
                        try await read(call.capture("name"))
                    },
                    Verb(
                        .update, "lease-count-quotas-write", "Create or replace a quota.",
                        Input.schema
                    ) {
                        call, input in
                        try await write(call.capture("name"), input)
                    },
                    Verb(.delete, "lease-count-quotas-delete", "Delete a quota.") { call in
                        try await core.open().quotas.deleteLeaseRule(call.capture("name"))
                        return .empty
                    },
                ]),
        ]
    }

    private func read(_ name: String) async throws -> Reply {
        let quotas = try core.open().quotas
        guard let rule = quotas.leaseRule(name) else { throw EngineError.notFound }
        return .data([
            "type": .string(LeaseRule.type), "name": .string(name), "path": .string(rule.scope.path),
            "role": .string(rule.scope.role), "max_leases": .int(rule.maximum),
            "counter": .int(try await quotas.leaseCount(of: name)), "inheritable": .bool(rule.isInheritable),
        ])
    }

    /// The leases that exist are counted before this answers; there may be more of them than the quota allows.
    private func write(_ name: String, _ input: Input) async throws -> Reply {
        let services = try core.open()
        guard input.maximum > 0 else { throw QuotaErrors.maximum }
        let target = try QuotaTarget(path: input.path, role: input.role, input.inheritable, services)
        try await services.quotas.put(
            LeaseRule(
                name: name, scope: target.scope, isInheritable: target.isInheritable,
                maximum: Int(clamping: input.maximum)))
        _ = try await services.quotas.leaseCount(of: name)
        return .empty
    }
}
