internal import CofferJSON
package import CofferStorage

/// Which web pages may call the API (contract, "CORS"); stored at `sys/config/cors`.
package struct CORSRules: Sendable, Equatable {
    package var isEnabled = false
    /// Origins, or only `*`.
    package var origins: [String] = []
    /// Beside the ones that the API itself needs.
    package var headers: [String] = []

    package init() {}

    /// Request headers that are always allowed.
    package static let ownHeaders = [
        "Content-Type", "X-Requested-With", "X-Vault-AWS-IAM-Server-ID", "X-Vault-MFA",
        "X-Vault-No-Request-Forwarding", "X-Vault-Wrap-Format", "X-Vault-Wrap-TTL", "X-Vault-Policy-Override",
        "Authorization", "X-Vault-Token",
    ]

    package var allHeaders: [String] { Self.ownHeaders + headers }

    package func allows(_ origin: String) -> Bool {
        isEnabled && origins.contains { $0 == "*" || $0.utf8.elementsEqual(origin.utf8) }
    }

    private static let key: StorageKey = "sys/config/cors"

    static func load(from storage: any TransactionalStorage) async throws -> CORSRules {
        var rules = CORSRules()
        guard let stored = try await storage.get(key) else { return rules }
        let object = try JSON.parseObject(stored.value, limits: .trusted)
        rules.isEnabled = object["enabled"]?.boolValue ?? false
        rules.origins = object["allowed_origins"]?.arrayValue?.compactMap(\.stringValue) ?? []
        rules.headers = object["allowed_headers"]?.arrayValue?.compactMap(\.stringValue) ?? []
        return rules
    }

    package func store(in storage: any TransactionalStorage) async throws {
        let object: JSONObject = [
            "enabled": .bool(isEnabled), "allowed_origins": .strings(origins), "allowed_headers": .strings(headers),
        ]
        var batch = WriteBatch(epoch: storage.epoch)
        batch.changes[Self.key] = .put(JSON.object(object).serialized())
        try await storage.commit(batch)
    }
}
