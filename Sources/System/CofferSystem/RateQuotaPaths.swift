internal import CofferBase
internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import MountService
internal import QuotaService

/// `sys/quotas/rate-limit` and `sys/quotas/config`: how often a client may ask.
struct RateQuotaPaths {
    let core: Core

    struct Input: Sendable {
        var type = ""
        var path = ""
        var role = ""
        var rate: Double = 0
        var interval: Duration = .seconds(1)
        var blockInterval: Duration = .zero
        var inheritable: Bool?
        var groupBy = "ip"

        static let schema = Schema<Input>(
            { Input() },
            [
                Field("type", \.type, "Type of the quota; without effect."),
                Field("path", \.path, "A mount, or a path below one that may end in *; empty for everything."),
                Field("role", \.role, "Only logins of this role; the path is then an auth method."),
                Field("rate", \.rate, "Requests that a client may make in an interval."),
                Field("interval", \.interval, "Time that the rate is for; 1s by default."),
                Field("block_interval", \.blockInterval, "How long a client that went too far is refused."),
                Field("inheritable", \.inheritable, "Whether namespaces below have this quota too."),
                Field("group_by", \.groupBy, "ip: each address has its own count; none: all have one."),
            ])
    }

    var paths: [Path] {
        [
            Path(
                "quotas/rate-limit", "The rate limit quotas.",
                [
                    Verb(.list, "rate-limit-quotas-list", "List the rate limit quotas.", Page.schema) { _, page in
                        try .keys(page.part(of: try core.open().quotas.rateNames))
                    }
                ]),
            Path(
                "quotas/rate-limit/:name", "A rate limit quota.", captures: ["name": "Name of the quota."],
                [
                    Verb(.read, "rate-limit-quotas-read", "Read a quota.") { call in
                        guard let rule = try core.open().quotas.rateRule(call.capture("name")) else {
                            throw EngineError.notFound
                        }
                        return .data(Self.shown(rule))
                    },
                    Verb(.update, "rate-limit-quotas-write", "Create or replace a quota.", Input.schema) {
                        call, input in
                        try await write(call.capture("name"), input)
                    },
                    Verb(.delete, "rate-limit-quotas-delete", "Delete a quota.") { call in
                        try await core.open().quotas.deleteRate(call.capture("name"))
                        return .empty
                    },
                ]),
            configuration,
        ]
    }

    private static func shown(_ rule: RateRule) -> JSONObject {
        [
            "type": .string(RateRule.type), "name": .string(rule.name), "path": .string(rule.scope.path),
            "role": .string(rule.scope.role), "rate": rule.limit.rate.wire,
            "interval": .int(rule.limit.interval.wholeSeconds),
            "block_interval": .int(rule.limit.blockInterval.wholeSeconds),
            "inheritable": .bool(rule.isInheritable), "group_by": .string(rule.grouping.rawValue),
        ]
    }

    private func write(_ name: String, _ input: Input) async throws -> Reply {
        let services = try core.open()
        guard input.rate > 0 else { throw QuotaErrors.rate }
        guard let grouping = RateRule.Grouping(rawValue: input.groupBy) else { throw QuotaErrors.grouping }
        let target = try QuotaTarget(path: input.path, role: input.role, input.inheritable, services)
        let limit = RateLimit(
            rate: input.rate, interval: input.interval == .zero ? .seconds(1) : input.interval,
            blockInterval: input.blockInterval)
        try await services.quotas.put(
            RateRule(
                name: name, scope: target.scope, isInheritable: target.isInheritable, limit: limit, grouping: grouping))
        return .empty
    }

    // MARK: quotas/config

    struct ConfigurationInput: Sendable {
        var exempt: [String]?
        var absoluteExempt: [String]?
        var audit: Bool?
        var headers: Bool?

        static let schema = Schema<ConfigurationInput>(
            { ConfigurationInput() },
            [
                Field("rate_limit_exempt_paths", \.exempt, "Paths that no rate limit quota is for."),
                Field("absolute_rate_limit_exempt_paths", \.absoluteExempt, "The same, namespaces included."),
                Field("enable_rate_limit_audit_logging", \.audit, "Whether refusals are audited."),
                Field(
                    "enable_rate_limit_response_headers", \.headers,
                    "Whether answers tell what is left of the quota."),
            ])
    }

    private var configuration: Path {
        Path(
            "quotas/config", "Settings of all quotas.",
            [
                Verb(.read, "rate-limit-quotas-read-configuration", "Read the settings.") { _ in
                    let settings = try core.open().quotas.configuration
                    return .data([
                        "enable_rate_limit_audit_logging": .bool(settings.logsToAudit),
                        "enable_rate_limit_response_headers": .bool(settings.showsHeaders),
                        "rate_limit_exempt_paths": .strings(settings.exemptPaths),
                        "absolute_rate_limit_exempt_paths": .strings(settings.absoluteExemptPaths),
                    ])
                },
                Verb(
                    .update, "rate-limit-quotas-configure", "Change the settings.", ConfigurationInput.schema
                ) { _, input in
                    let quotas = try core.open().quotas
                    var settings = quotas.configuration
                    if let exempt = input.exempt { settings.exemptPaths = exempt.map(Self.trimmed) }
                    if let exempt = input.absoluteExempt { settings.absoluteExemptPaths = exempt.map(Self.trimmed) }
                    if let audit = input.audit { settings.logsToAudit = audit }
                    if let headers = input.headers { settings.showsHeaders = headers }
                    try await quotas.configure(settings)
                    return .empty
                },
            ])
    }

    /// Without a first `/` or `/v1/`, however it was written.
    private static func trimmed(_ path: String) -> String {
        for start in ["/v1/", "v1/", "/"] where path.hasPrefix(start) { return String(path.dropFirst(start.count)) }
        return path
    }
}
