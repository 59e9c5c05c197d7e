internal import CofferJSON
package import CofferStorage
internal import Synchronization

/// Stored policies, parsed once, and the ACLs compiled from them.
///
/// Stored at `sys/policy/<name>` as `{"text": …}`, those of a namespace below the root at
/// `namespace/<id>/policy/<name>`. A write drops every compiled
/// ACL; requests compile theirs anew at the next decision.
package final class Policies: Sendable {
    private let storage: StorageView
    let shadowStorage: StorageView
    private let namespace: String
    private let cache = Mutex(Cache())

    private struct Cache {
        var generation: UInt64 = 0
        /// Nil inside means "looked, not there".
        var parsed: [String: Policy?] = [:]
        /// Without an identity; for most sets of policies that is all there is.
        var compiled: [[String]: Compiled] = [:]
        var filled: [FilledKey: ACL] = [:]
        /// Candidates by name; nil: not looked for yet.
        var shadows: [String: ShadowPolicy]?

        /// Everything that follows from stored texts.
        mutating func forget() {
            generation += 1
            parsed.removeAll()
            compiled.removeAll()
            filled.removeAll()
        }
    }

    /// A class: every request asks for one.
    private final class Compiled: Sendable {
        let acl: ACL
        let policies: [Policy]
        /// Candidates for some of them.
        let shadows: [ShadowPolicy]
        let isTemplated: Bool

        init(acl: ACL, policies: [Policy], shadows: [ShadowPolicy], isTemplated: Bool) {
            self.acl = acl
            self.policies = policies
            self.shadows = shadows
            self.isTemplated = isTemplated
        }

        /// - Parameter fill: fills a templated path from the caller's identity.
        func acl(fill: (String) -> TemplateOutcome) -> ACL {
            var acl = ACL(policies: policies, isRoot: acl.isRoot, fill: fill)
            acl.shadows = Policies.shadowed(policies, shadows, fill)
            return acl
        }
    }

    /// One is some 10 KiB large.
    private static let mostFilled = 2048

    private struct FilledKey: Hashable {
        let names: [String]
        let stamp: UInt64
    }

    package init(storage: any TransactionalStorage, namespace: String = "root") {
        self.namespace = namespace
        let folder = namespace == "root" ? "sys/policy/" : "namespace/\(namespace)/policy/"
        self.storage = StorageView(storage, prefix: StorageKey(folder))
        let shadows = namespace == "root" ? "sys/policy-shadow/" : "namespace/\(namespace)/policy-shadow/"
        shadowStorage = StorageView(storage, prefix: StorageKey(shadows))
    }

    /// Below the root the default policy is there without being stored, until somebody writes another one.
    private var hasImplicitDefault: Bool { namespace != "root" }

    /// Writes the default policy if there is none yet; part of initialisation.
    package func ensureDefault() async throws {
        if try await storage.get("default") == nil {
            try await write(name: "default", text: DefaultPolicies.defaultText)
        }
    }

    /// The policy, fixed ones included; nil when there is none. `root` is not a parsed policy.
    package func policy(named name: String) async throws -> Policy? {
        let name = name.lowercased()
        if let fixed = try DefaultPolicies.fixed(name) { return fixed }
        let (known, generation) = cache.withLock { ($0.parsed[name], $0.generation) }
        if let known { return known }
        let stored = try await storage.get(StorageKey(name))
        let policy = try stored.map { try parse(name, $0) } ?? implicitPolicy(name)
        cache.withLock { if $0.generation == generation { $0.parsed[name] = .some(policy) } }
        return policy
    }

    /// Names of stored policies and `root`, sorted.
    package func names() async throws -> [String] {
        let implicit = hasImplicitDefault ? ["default", "root"] : ["root"]
        return Set(try await storage.children(of: "") + implicit).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private func implicitPolicy(_ name: String) throws -> Policy? {
        guard name == "default", hasImplicitDefault else { return nil }
        return try Policy.parse(name: name, namespace: namespace, text: DefaultPolicies.defaultText)
    }

    /// Parses, then stores. - Throws: `PolicyError` when the text is not a policy.
    @discardableResult
    package func write(name: String, text: String) async throws -> Policy {
        let policy = try Policy.parse(name: name, namespace: namespace, text: text)
        let record = JSON.object(["text": .string(text)]).serialized()
        try await storage.put(StorageKey(policy.name), record)
        forget()
        return policy
    }

    package func delete(name: String) async throws {
        try await storage.delete(StorageKey(name.lowercased()))
        forget()
    }

    /// The compiled rules of a token's policies; unknown names grant nothing.
    /// - Parameter source: fills their templates; nil for a caller without an entity.
    package func acl(for names: [String], source: TemplateSource? = nil) async throws -> ACL {
        let (known, generation) = cache.withLock { ($0.compiled[names], $0.generation) }
        let compiled: Compiled
        if let known { compiled = known } else { compiled = try await compile(names, generation) }
        guard let source, compiled.isTemplated else { return compiled.acl }
        let filledKey = FilledKey(names: names, stamp: source.stamp)
        if let known = cache.withLock({ $0.filled[filledKey] }) { return known }
        let acl = compiled.acl(fill: source.fill)
        cache.withLock { cache in
            guard cache.generation == generation else { return }
            if cache.filled.count >= Self.mostFilled { cache.filled.removeAll() }
            cache.filled[filledKey] = acl
        }
        return acl
    }

    private func compile(_ names: [String], _ generation: UInt64) async throws -> Compiled {
        var policies: [Policy] = []
        for name in names where name != "root" {
            if let policy = try await policy(named: name) { policies.append(policy) }
        }
        let isRoot = names.contains("root")
        // Whoever may do everything could do so under a candidate as well.
        let shadows = isRoot ? [] : try await shadows().values.filter { names.contains($0.policy.name) }
        var acl = ACL(policies: policies, isRoot: isRoot)
        acl.shadows = Self.shadowed(policies, shadows) { _ in .missing }
        let compiled = Compiled(
            acl: acl, policies: policies, shadows: shadows,
            isTemplated: (policies + shadows.map(\.policy)).contains { $0.rules.contains(where: \.isTemplated) })
        cache.withLock { cache in
            guard cache.generation == generation else { return }
            if cache.compiled.count >= 4096 { cache.compiled.removeAll() }
            cache.compiled[names] = compiled
        }
        return compiled
    }

    /// Counts writes; a compiled ACL kept elsewhere is good while this stays the same.
    package var generation: UInt64 { cache.withLock { $0.generation } }

    /// Another node has changed policies.
    package func forgetAll() { forgetShadows() }

    private func forget() { cache.withLock { $0.forget() } }

    // MARK: candidates

    /// Nil without candidates: then they cost a request nothing.
    private static func shadowed(
        _ policies: [Policy], _ shadows: [ShadowPolicy], _ fill: (String) -> TemplateOutcome
    ) -> [ShadowACL]? {
        if shadows.isEmpty { return nil }
        return shadows.map { shadow in
            ShadowACL(
                acl: ACL(policies: shadow.replacing(in: policies), isRoot: false, fill: fill), report: shadow.report)
        }
    }

    var knownShadows: (known: [String: ShadowPolicy]?, generation: UInt64) {
        cache.withLock { ($0.shadows, $0.generation) }
    }

    /// What others kept first is what counts: a report must not be split in two.
    func keepShadows(_ found: [String: ShadowPolicy], ifStill generation: UInt64) -> [String: ShadowPolicy] {
        cache.withLock { cache in
            if let known = cache.shadows { return known }
            if cache.generation == generation { cache.shadows = found }
            return found
        }
    }

    func forgetShadows() {
        cache.withLock { cache in
            cache.forget()
            cache.shadows = nil
        }
    }

    func parsed(_ name: String, _ text: String) throws -> Policy {
        try Policy.parse(name: name, namespace: namespace, text: text)
    }

    private func parse(_ name: String, _ bytes: [UInt8]) throws -> Policy {
        let record = try JSON.parseObject(bytes, limits: .trusted)
        return try Policy.parse(name: name, namespace: namespace, text: record["text"]?.stringValue ?? "")
    }
}
