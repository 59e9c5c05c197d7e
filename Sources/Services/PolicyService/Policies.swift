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
    private let namespace: String
    private let cache = Mutex(Cache())

    private struct Cache {
        var generation: UInt64 = 0
        /// Nil inside means "looked, not there".
        var parsed: [String: Policy?] = [:]
        /// Without an identity; for most sets of policies that is all there is.
        var compiled: [String: Compiled] = [:]
        var filled: [FilledKey: ACL] = [:]
    }

    private struct Compiled {
        let acl: ACL
        let policies: [Policy]
        let isTemplated: Bool
    }

    private struct FilledKey: Hashable {
        let names: String
        let stamp: UInt64
    }

    package init(storage: any TransactionalStorage, namespace: String = "root") {
        self.namespace = namespace
        let folder = namespace == "root" ? "sys/policy/" : "namespace/\(namespace)/policy/"
        self.storage = StorageView(storage, prefix: StorageKey(folder))
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
        let key = names.joined(separator: "\u{0}")
        let (known, generation) = cache.withLock { ($0.compiled[key], $0.generation) }
        let compiled: Compiled
        if let known { compiled = known } else { compiled = try await compile(names, key, generation) }
        guard let source, compiled.isTemplated else { return compiled.acl }
        let filledKey = FilledKey(names: key, stamp: source.stamp)
        if let known = cache.withLock({ $0.filled[filledKey] }) { return known }
        let acl = ACL(policies: compiled.policies, isRoot: compiled.acl.isRoot, fill: source.fill)
        cache.withLock { cache in
            guard cache.generation == generation else { return }
            if cache.filled.count >= 8192 { cache.filled.removeAll() }
            cache.filled[filledKey] = acl
        }
        return acl
    }

    private func compile(_ names: [String], _ key: String, _ generation: UInt64) async throws -> Compiled {
        var policies: [Policy] = []
        for name in names where name != "root" {
            if let policy = try await policy(named: name) { policies.append(policy) }
        }
        let compiled = Compiled(
            acl: ACL(policies: policies, isRoot: names.contains("root")), policies: policies,
            isTemplated: policies.contains { $0.rules.contains(where: \.isTemplated) })
        cache.withLock { cache in
            guard cache.generation == generation else { return }
            if cache.compiled.count >= 4096 { cache.compiled.removeAll() }
            cache.compiled[key] = compiled
        }
        return compiled
    }

    /// Counts writes; a compiled ACL kept elsewhere is good while this stays the same.
    package var generation: UInt64 { cache.withLock { $0.generation } }

    private func forget() {
        cache.withLock { cache in
            cache.generation += 1
            cache.parsed.removeAll()
            cache.compiled.removeAll()
            cache.filled.removeAll()
        }
    }

    private func parse(_ name: String, _ bytes: [UInt8]) throws -> Policy {
        let record = try JSON.parseObject(bytes, limits: .trusted)
        return try Policy.parse(name: name, namespace: namespace, text: record["text"]?.stringValue ?? "")
    }
}
