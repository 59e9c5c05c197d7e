internal import CofferBarrier
internal import CofferBase
internal import CofferFramework
package import CofferJSON
package import CofferStorage

/// The PGP-encrypted copies of the shares that a rekey with `backup` leaves in storage.
///
/// Stored outside the barrier, as they are encrypted for their holders.
package struct SharesBackup: Sendable {
    package static let path: StorageKey = "core/unseal-keys-backup"
    package static let recoveryPath: StorageKey = "core/recovery-keys-backup"

    /// Of the rekey that made the shares.
    package let nonce: String
    /// Encrypted shares by the fingerprint of their holder's key, in the order of the shares.
    package private(set) var shares: [(fingerprint: String, messages: [[UInt8]])] = []

    init(nonce: String, fingerprints: [String], messages: [[UInt8]]) {
        self.nonce = nonce
        for (fingerprint, message) in zip(fingerprints, messages) { add([message], for: fingerprint) }
    }

    private mutating func add(_ messages: [[UInt8]], for fingerprint: String) {
        if let index = shares.firstIndex(where: { $0.fingerprint == fingerprint }) {
            shares[index].messages += messages
        } else {
            shares.append((fingerprint, messages))
        }
    }

    func encoded() -> [UInt8] {
        JSON.object(["nonce": .string(nonce), "keys": keys { Hex.encode($0) }]).serialized()
    }

    /// The messages of each holder, as texts.
    package func keys(_ text: ([UInt8]) -> String) -> JSON {
        var object = JSONObject()
        for (fingerprint, messages) in shares { object[fingerprint] = .strings(messages.map(text)) }
        return .object(object)
    }

    init?(encoded bytes: [UInt8]) {
        guard let object = try? JSON.parseObject(bytes, limits: .trusted),
            let nonce = object["nonce"]?.stringValue, let keys = object["keys"]?.objectValue
        else { return nil }
        self.nonce = nonce
        for member in keys.members {
            let texts = member.value.arrayValue?.compactMap(\.stringValue) ?? []
            add(texts.compactMap { Hex.decode($0) }, for: member.key)
        }
    }
}

extension Core {
    /// Nil when the last rekey left none.
    /// - Parameter path: one of the two of `SharesBackup`.
    package func sharesBackup(at path: StorageKey = SharesBackup.path) async throws -> SharesBackup? {
        guard let stored = try await storage.get(path) else { return nil }
        guard let backup = SharesBackup(encoded: stored.value) else {
            throw EngineError.internal("the backup of the shares cannot be read")
        }
        return backup
    }

    package func deleteSharesBackup(at path: StorageKey = SharesBackup.path) async throws {
        var batch = WriteBatch(epoch: barrier.epoch)
        batch.changes[path] = .delete
        try await storage.commit(batch)
    }
}
