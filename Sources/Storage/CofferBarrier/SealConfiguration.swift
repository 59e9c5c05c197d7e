internal import CofferJSON
package import CofferStorage

/// How the unseal key is shared, stored in the clear because it is needed while sealed.
package struct SealConfiguration: Sendable, Equatable {
    package static let path: StorageKey = "core/seal-config"
    /// Where that of the recovery key is, with a seal that opens by itself.
    package static let recoveryPath: StorageKey = "core/recovery-config"

    /// `shamir`, or the type of the seal that opens by itself.
    package var type = "shamir"
    /// 1…255.
    package var shares: Int
    /// 1…`shares`.
    package var threshold: Int
    /// Of the rekey in progress; empty otherwise.
    package var nonce = ""
    /// Public keys that the shares are encrypted for, base64.
    package var pgpKeys: [String] = []
    /// Whether encrypted shares are also kept in storage.
    package var backup = false
    /// How many root keys `StoredRootKey` holds.
    package var storedShares = 1

    package init(shares: Int, threshold: Int) {
        self.shares = shares
        self.threshold = threshold
    }

    package func encoded() -> [UInt8] {
        let object: JSONObject = [
            "type": .string(type), "secret_shares": .int(shares), "secret_threshold": .int(threshold),
            "pgp_keys": pgpKeys.isEmpty ? .null : .strings(pgpKeys), "nonce": .string(nonce),
            "backup": .bool(backup), "stored_shares": .int(storedShares),
        ]
        return JSON.object(object).serialized()
    }

    /// Nil when the text is no seal configuration or its counts are impossible.
    package init?(encoded bytes: [UInt8]) {
        guard let object = try? JSON.parseObject(bytes),
            let shares = object["secret_shares"]?.intValue, (1...255).contains(shares),
            let threshold = object["secret_threshold"]?.intValue, (1...shares).contains(threshold)
        else { return nil }
        self.init(shares: Int(shares), threshold: Int(threshold))
        if let type = object["type"]?.stringValue, !type.isEmpty { self.type = type }
        nonce = object["nonce"]?.stringValue ?? ""
        pgpKeys = object["pgp_keys"]?.arrayValue?.compactMap(\.stringValue) ?? []
        backup = object["backup"]?.boolValue ?? false
        storedShares = object["stored_shares"]?.intValue.flatMap { Int(exactly: $0) } ?? 1
    }
}
