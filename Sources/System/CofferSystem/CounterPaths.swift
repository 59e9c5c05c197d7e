internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import CofferStorage
internal import TokenService

/// `sys/internal/counters`: how much there is. Clients are not counted.
struct CounterPaths {
    let core: Core

    var paths: [Path] {
        [
            counter("requests", "internal-count-requests", "Counts of requests; removed.") { _ in
                throw EngineError(.notFound, ["functionality on this path has been removed"], isListed: true)
            },
            counter("tokens", "internal-count-tokens", "How many service tokens there are.") { _ in
                let total = try await core.open().tokens.count()
                return .data(["counters": ["service_tokens": ["total": .int(total)]]])
            },
            counter("entities", "internal-count-entities", "How many entities there are.") { _ in
                let entities = StorageView(try core.open().barrier, prefix: "identity/root/entity/id/")
                return .data(["counters": ["entities": ["total": .int(try await entities.count())]]])
            },
            // Without data Vault answers 204, and there never is any.
            counter("activity", "internal-client-activity-report-counts", "Activity of clients.") { _ in .empty },
            counter(
                "activity/monthly", "internal-client-activity-report-counts-this-month", "Activity of this month."
            ) { _ in .empty },
            counter("activity/export", "internal-client-activity-export", "Activity for export.") { _ in .empty },
            configuration,
        ]
    }

    private func counter(
        _ name: String, _ id: String, _ synopsis: String, _ handler: @escaping @Sendable (Call) async throws -> Reply
    ) -> Path {
        Path("internal/counters/" + name, synopsis, [Verb(.read, id, synopsis, handler)])
    }

    // MARK: internal/counters/config

    struct Settings: Sendable {
        var reportMonths: Int64 = 12
        var retentionMonths: Int64 = 48
        var enabled = "default"

        static let schema = Schema<Settings>(
            { Settings() },
            [
                Field("default_report_months", \.reportMonths, "Months of a report; without effect.").deprecated,
                Field("enabled", \.enabled, "enable, disable or default."),
                Field("retention_months", \.retentionMonths, "Months to keep."),
            ])
    }

    private var configuration: Path {
        Path(
            "internal/counters/config", "Settings of client counting.",
            [
                Verb(.read, "internal-client-activity-read-configuration", "Read the settings.") { call in
                    let settings = try await load(call)
                    return .data([
                        "billing_start_timestamp": nil, "default_report_months": .int(settings.reportMonths),
                        "enabled": settings.enabled == "default" ? "default-disabled" : .string(settings.enabled),
                        "minimum_retention_months": 0, "queries_available": false, "reporting_enabled": false,
                        "retention_months": .int(settings.retentionMonths),
                    ])
                },
                Verb(
                    .update, "internal-client-activity-configure", "Change the settings.",
                    input: Settings.schema.descriptors
                ) { call in
                    var settings = try await load(call)
                    try Settings.schema.merge(call.fields, into: &settings)
                    guard ["enable", "disable", "default"].contains(settings.enabled) else {
                        throw EngineError.badRequest("enabled must be one of \"default\", \"enable\", \"disable\"")
                    }
                    guard (1...60).contains(settings.retentionMonths) else {
                        throw EngineError.badRequest("retention_months must be from 1 to 60")
                    }
                    let stored = JSON.object(Settings.schema.encode(settings)).serialized()
                    try await call.storage.put("counters/config", stored)
                    return .empty
                },
            ])
    }

    private func load(_ call: Call) async throws -> Settings {
        guard let stored = try await call.storage.get("counters/config") else { return Settings() }
        return try Settings.schema.decode(try JSON.parseObject(stored, limits: .trusted))
    }
}
