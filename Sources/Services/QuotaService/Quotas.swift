internal import CofferBase
internal import CofferFramework
internal import CofferJSON
package import CofferStorage
package import LeaseService
internal import Synchronization

/// The quotas of the server: kept at `sys/quotas/<type>/<name>`, compiled into tables that requests read.
///
/// A request that no quota concerns pays for one load of a flag.
package final class Quotas: Sendable {
    /// What requests read; replaced whole.
    struct Rules: Sendable {
        var rates: [String: RateLimiter] = [:]
        var leases: [String: LeaseRule] = [:]
        var rateTable = QuotaTable<RateLimiter>()
        var leaseTable = QuotaTable<LeaseRule>()
    }

    private let view: StorageView
    let leases: Leases
    /// The mount that a path lies in, and what follows it.
    let locate: @Sendable (_ path: String) -> QuotaScope
    let rules = Snapshot(Rules())
    private let settings = Snapshot(QuotaConfiguration())
    private let hasRates = Atomic(false)
    private let hasLeaseRules = Atomic(false)
    /// Leases that are being made, by the rule that counts them.
    let reserved = Mutex<[String: Int]>([:])

    package init(
        storage: any TransactionalStorage, leases: Leases, locate: @escaping @Sendable (_ path: String) -> QuotaScope
    ) {
        view = StorageView(storage, prefix: "sys/quotas/")
        self.leases = leases
        self.locate = locate
    }

    /// Reads what is stored. A rule that cannot be read is left out: it must not keep the server sealed.
    /// - Returns: how many were left out.
    package func load() async throws -> Int {
        var damaged = 0
        let rates: [RateRule] = try await loadAll(&damaged)
        let leaseRules: [LeaseRule] = try await loadAll(&damaged)
        if let stored = try await view.get("config") {
            if let record = try? JSON.parseObject(stored, limits: .trusted) {
                settings.replace(with: QuotaConfiguration(record: record))
            } else {
                damaged += 1
            }
        }
        change { rules in
            rules.rates = Dictionary(uniqueKeysWithValues: rates.map { ($0.name, RateLimiter($0)) })
            rules.leases = Dictionary(uniqueKeysWithValues: leaseRules.map { ($0.name, $0) })
        }
        return damaged
    }

    private func loadAll<Rule: QuotaRule>(_ damaged: inout Int) async throws -> [Rule] {
        var found: [Rule] = []
        for name in try await view.children(of: StorageKey(Rule.type + "/")) {
            let stored: [UInt8]?
            do {
                stored = try await view.get(StorageKey("\(Rule.type)/\(name)"))
            } catch StorageError.integrity {
                damaged += 1
                continue
            }
            guard let stored else { continue }
            if let record = try? JSON.parseObject(stored, limits: .trusted), let rule = Rule(name: name, record: record)
            {
                found.append(rule)
            } else {
                damaged += 1
            }
        }
        return found
    }

    // MARK: keeping

    package var configuration: QuotaConfiguration { settings.value }

    package func configure(_ configuration: QuotaConfiguration) async throws {
        try await view.put("config", JSON.object(configuration.record).serialized())
        settings.replace(with: configuration)
    }

    package func rateRule(_ name: String) -> RateRule? { rules.value.rates[name]?.rule }
    package func leaseRule(_ name: String) -> LeaseRule? { rules.value.leases[name] }

    package var rateNames: [String] { rules.value.rates.keys.sorted() }
    package var leaseRules: [LeaseRule] { rules.value.leases.values.sorted { $0.name < $1.name } }

    /// Stores a rule; its clients start anew.
    package func put(_ rule: RateRule) async throws {
        try refuseTwin(of: rule, among: rules.value.rates.values.map(\.rule))
        try await store(rule)
        change { $0.rates[rule.name] = RateLimiter(rule) }
    }

    package func put(_ rule: LeaseRule) async throws {
        try refuseTwin(of: rule, among: rules.value.leases.values)
        try await store(rule)
        change { $0.leases[rule.name] = rule }
    }

    package func deleteRate(_ name: String) async throws {
        try await view.delete(StorageKey("\(RateRule.type)/\(name)"))
        change { $0.rates[name] = nil }
    }

    package func deleteLeaseRule(_ name: String) async throws {
        try await view.delete(StorageKey("\(LeaseRule.type)/\(name)"))
        change { $0.leases[name] = nil }
    }

    private func store(_ rule: some QuotaRule) async throws {
        let key = StorageKey("\(type(of: rule).type)/\(rule.name)")
        try await view.put(key, JSON.object(rule.record).serialized())
    }

    /// Of two rules with one scope nobody could say which counts.
    private func refuseTwin<Rule: QuotaRule>(of rule: Rule, among others: some Sequence<Rule>) throws(EngineError) {
        guard let twin = others.first(where: { $0.scope == rule.scope && $0.name != rule.name }) else { return }
        throw .badRequest("quota rule with similar properties exists under the name \"\(twin.name)\"")
    }

    private func change(_ body: (inout Rules) -> Void) {
        let (hasRates, leaseTable): (Bool, QuotaTable<LeaseRule>) = rules.update { rules in
            body(&rules)
            rules.rateTable = QuotaTable()
            rules.leaseTable = QuotaTable()
            for limiter in rules.rates.values {
                rules.rateTable.add(limiter, for: limiter.rule.scope, isInheritable: limiter.rule.isInheritable)
            }
            for rule in rules.leases.values {
                rules.leaseTable.add(rule, for: rule.scope, isInheritable: rule.isInheritable)
            }
            return (!rules.rates.isEmpty, rules.leaseTable)
        }
        self.hasRates.store(hasRates, ordering: .releasing)
        hasLeaseRules.store(!leaseTable.isEmpty, ordering: .releasing)
        groupLeases(by: leaseTable)
    }

    // MARK: mounts

    /// A mount is gone, and its quotas with it.
    package func mountRemoved(_ path: String, in namespace: String = "") async throws {
        try await deleteRules { $0.mount == path && $0.namespace == namespace }
    }

    /// A namespace is gone, and its quotas with it.
    package func namespaceRemoved(_ path: String) async throws { try await deleteRules { $0.namespace == path } }

    private func deleteRules(where isMeant: (QuotaScope) -> Bool) async throws {
        for limiter in rules.value.rates.values where isMeant(limiter.rule.scope) {
            try await deleteRate(limiter.rule.name)
        }
        for rule in rules.value.leases.values where isMeant(rule.scope) { try await deleteLeaseRule(rule.name) }
    }

    /// A mount has moved, and its quotas with it.
    /// - Parameters: scopes of the mount alone, before and after.
    package func mountMoved(from source: QuotaScope, to target: QuotaScope) async throws {
        for limiter in rules.value.rates.values where limiter.rule.scope.isOf(source) {
            var rule = limiter.rule
            (rule.scope.namespace, rule.scope.mount) = (target.namespace, target.mount)
            try await put(rule)
        }
        for var rule in rules.value.leases.values where rule.scope.isOf(source) {
            (rule.scope.namespace, rule.scope.mount) = (target.namespace, target.mount)
            try await put(rule)
        }
    }

    // MARK: asking

    package var limitsRates: Bool { hasRates.load(ordering: .acquiring) }
    package var limitsLeases: Bool { hasLeaseRules.load(ordering: .acquiring) }

    /// The limiter of a request; nil when it is exempt or nothing limits it.
    /// - Parameter path: below the namespace.
    package func limiter(for request: QuotaScope, path: String) -> RateLimiter? {
        guard let limiter = rules.value.rateTable.find(request),
            !settings.value.isExempt(path, in: request.namespace)
        else { return nil }
        return limiter
    }

    /// Whether a quota is for one of the roles of this mount.
    package func dependsOnRole(namespace: String, mount: String) -> Bool {
        let rules = rules.value
        let scope = QuotaScope(namespace: namespace, mount: mount)
        return rules.rateTable.roleMounts.contains(scope) || rules.leaseTable.roleMounts.contains(scope)
    }
}
