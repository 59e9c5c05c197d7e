internal import CofferJSON
internal import CofferStorage

/// Candidates for policies, stored at `sys/policy-shadow/<name>`.
extension Policies {
    /// Names of policies that have a candidate, sorted.
    package func shadowNames() async throws -> [String] {
        try await shadows().keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    package func shadow(named name: String) async throws -> ShadowPolicy? { try await shadows()[name.lowercased()] }

    /// Parses, then stores; what the last candidate would have changed is forgotten.
    /// - Throws: `PolicyError` when the text is not a policy.
    package func writeShadow(name: String, text: String) async throws -> ShadowPolicy {
        let policy = try parsed(name, text)
        try await shadowStorage.put(StorageKey(policy.name), JSON.object(["text": .string(text)]).serialized())
        forgetShadows()
        guard let shadow = try await shadow(named: policy.name) else { throw PolicyError("the candidate was deleted") }
        return shadow
    }

    package func deleteShadow(name: String) async throws {
        try await shadowStorage.delete(StorageKey(name.lowercased()))
        forgetShadows()
    }

    /// All candidates by name; read once, and again after a change.
    func shadows() async throws -> [String: ShadowPolicy] {
        let (known, generation) = knownShadows
        if let known { return known }
        var found: [String: ShadowPolicy] = [:]
        for key in try await shadowStorage.scan(limit: .max) {
            guard let stored = try await shadowStorage.get(key) else { continue }
            let text = try JSON.parseObject(stored, limits: .trusted)["text"]?.stringValue ?? ""
            // One that a later version wrote decides nothing here; it must not keep requests from being decided.
            guard let policy = try? parsed(key.description, text) else { continue }
            found[policy.name] = ShadowPolicy(policy: policy, report: ShadowReport())
        }
        return keepShadows(found, ifStill: generation)
    }
}
