internal import CofferBarrier
internal import CofferBase
internal import CofferFramework
internal import CofferMetrics
internal import CofferStorage
internal import LeaseService
internal import Logging
internal import MountService
internal import QuotaService
internal import SealService
internal import TokenService

extension Core {
    /// Sets the gauges of what can be told at once; asked for before metrics are shown.
    package func setGauges() async {
        let services = services
        let cluster: [MetricKey.Label] = services.map { [.init("cluster", $0.cluster.name)] } ?? []
        metrics.setGauges("core.unsealed", [(cluster, services == nil ? 0 : 1)])
        metrics.setGauges("core.active", [(cluster, services == nil ? 0 : 1)])
        metrics.gauge("core.in_flight_requests").set(inFlight.count)
        ProcessUsage.now().set(metrics)
        if let automaticSeals {
            metrics.setGauges(
                "seal.healthy",
                automaticSeals.state.map { ([.init("name", $0.name)], $0.unhealthySince == nil ? 1 : 0) })
        }
        guard let services else { return }
        setMountGauges(services.mounts.routes)
        metrics.gauge("barrier.estimated_encryptions").set(Double(services.barrier.keyStatus?.encryptions ?? 0))
        do {
            metrics.gauge("expire.num_leases").set(try await services.leases.tally.total())
            let irrevocable = try await services.leases.irrevocableCount()
            metrics.gauge("expire.num_irrevocable_leases").set(irrevocable)
            try await setQuotaGauges(services.quotas)
        } catch {
            log.warning("the leases could not be counted for metrics")
        }
    }

    private func setMountGauges(_ routes: RouteTable) {
        let auth = routes.routes.filter(\.mount.isAuth).count
        let all: [(String, Int)] = [("auth", auth), ("logical", routes.routes.count - auth)]
        metrics.setGauges(
            "core.mount_table.num_entries",
            all.map { ([.init("local", "false"), .init("type", $0.0)], Double($0.1)) })
    }

    private func setQuotaGauges(_ quotas: Quotas) async throws {
        var (maximums, counts):
            ([(labels: [MetricKey.Label], value: Double)], [(labels: [MetricKey.Label], value: Double)]) =
                ([], [])
        for rule in quotas.leaseRules {
            let labels = [MetricKey.Label("name", rule.name)]
            maximums.append((labels, Double(rule.maximum)))
            counts.append((labels, Double(try await quotas.leaseCount(of: rule.name))))
        }
        metrics.setGauges("quota.lease_count.max", maximums)
        metrics.setGauges("quota.lease_count.counter", counts)
    }

    /// Counts usage unless that was done since the unseal, so that the first scrape shows it; where there is very much
    /// to count a scraper would not wait so long, and finds it after the first `usage_gauge_period`.
    package func countUsageOnce() async throws {
        guard configuration.countsUsage, let services, controls.countedUsage.value != services.cluster.id,
            try await services.leases.tally.total() <= Self.mostCountedForScraper
        else { return }
        try await countUsage()
    }

    private static let mostCountedForScraper = 50_000

    /// Counts what takes reading: tokens by their kinds, entities, secrets. For every `usage_gauge_period`.
    package func countUsage() async throws {
        guard let services else { return }
        controls.countedUsage.replace(with: services.cluster.id)
        let labels = [MetricKey.Label("namespace", "root")]
        var usage = TokenUsage()
        try await services.tokens.eachEntry { usage.add($0) }
        metrics.setGauges("token.count", [(labels, Double(usage.total))])
        metrics.setGauges("token.count.by_policy", usage.gauges(usage.byPolicy, "policy"))
        metrics.setGauges("token.count.by_auth", usage.gauges(usage.byAuth, "auth_method"))
        metrics.setGauges("token.count.by_ttl", usage.gauges(usage.byTTL, "creation_ttl"))
        let entities = try await StorageView(services.barrier, prefix: "identity/root/entity/id/").count()
        metrics.setGauges("identity.entity.count", [(labels, Double(entities))])
        var secrets: [(labels: [MetricKey.Label], value: Double)] = []
        for route in services.mounts.routes.routes where route.mount.type == "kv" {
            let folder = route.mount.options["version"] == "2" ? "metadata/" : ""
            let count = try await route.storage.below(folder).count()
            secrets.append((labels + [.init("mount_point", route.mount.path)], Double(count)))
        }
        metrics.setGauges("secret.kv.count", secrets)
    }
}

/// Tokens by their kinds; a label with more values than this keeps the most frequent.
private struct TokenUsage {
    private static let mostValues = 500

    var total = 0
    var byPolicy: [String: Int] = [:]
    var byAuth: [String: Int] = [:]
    var byTTL: [String: Int] = [:]

    mutating func add(_ entry: TokenEntry) {
        total += 1
        for policy in entry.policies { byPolicy[policy, default: 0] += 1 }
        let segments = entry.path.split(separator: "/")
        let method = segments.first == "auth" && segments.count > 1 ? String(segments[1]) : "token"
        byAuth[method, default: 0] += 1
        byTTL[entry.ttl == .zero ? "+Inf" : CoreMeters.bucket(entry.ttl), default: 0] += 1
    }

    func gauges(_ counts: [String: Int], _ label: String) -> [(labels: [MetricKey.Label], value: Double)] {
        counts.sorted { $0.value > $1.value }.prefix(Self.mostValues).map { name, count in
            ([.init("namespace", "root"), .init(label, name)], Double(count))
        }
    }
}
