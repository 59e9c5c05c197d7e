package import CofferBase
internal import CofferFramework
internal import CofferJSON
package import CofferStorage

/// Stored password policies, at `sys/password_policy/<name>` as `{"policy": …}`; those of a namespace below the
/// root at `namespace/<id>/password_policy/<name>`.
package struct PasswordPolicies: Sendable {
    private let storage: StorageView

    package init(storage: any TransactionalStorage, namespace: String = "root") {
        let home = namespace == "root" ? "sys" : "namespace/" + namespace
        self.storage = StorageView(storage, prefix: StorageKey(home + "/password_policy/"))
    }

    package func names() async throws -> [String] { try await storage.children(of: "") }

    /// The text as it was written; nil when there is none.
    package func text(of name: String) async throws -> String? {
        guard let stored = try await storage.get(StorageKey(name)) else { return nil }
        return try JSON.parseObject(stored, limits: .trusted)["policy"]?.stringValue ?? ""
    }

    package func policy(named name: String) async throws -> PasswordPolicy? {
        try await text(of: name).map { try PasswordPolicy.parse($0) }
    }

    /// A password by a policy; by `PasswordPolicy.standard` when the name is empty.
    /// - Throws: `EngineError` when there is no such policy or it cannot be met.
    package func password(by name: String, from random: RandomSource) async throws -> String {
        if name.isEmpty { return try PasswordPolicy.standard.password(from: random) }
        do {
            guard let policy = try await policy(named: name) else {
                throw EngineError.badRequest("no password policy found")
            }
            return try policy.password(from: random)
        } catch let error as PolicyError {
            throw EngineError.internal(error.text)
        }
    }

    /// Stores a policy that was parsed and tried before.
    package func write(name: String, text: String) async throws {
        try await storage.put(StorageKey(name), JSON.object(["policy": .string(text)]).serialized())
    }

    package func delete(name: String) async throws { try await storage.delete(StorageKey(name)) }
}
