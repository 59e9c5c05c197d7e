package import CofferBase
package import CofferStorage

extension Barrier {
    /// Whether `key` is the root key of the open keyring; false while sealed. Constant time.
    package func isRootKey(_ key: SecretBytes) -> Bool {
        state.value?.keyring.rootKey.constantTimeEquals(key) ?? false
    }

    /// Puts another root key over the keyring; the terms stay, so no entry is encrypted anew.
    ///
    /// Keyring, standby copy of the root key and `entries` change in one commit: whatever happens, the
    /// stored keyring belongs to the stored root key.
    /// - Parameters:
    ///   - rootKey: 16, 24 or 32 bytes.
    ///   - entries: stored as they are: seal configuration, stored root key, backup of shares.
    /// - Throws: `.storage(.conflict)` when the keyring changed meanwhile; nothing was written then.
    package func rekey(
        rootKey: SecretBytes, plain entries: [StorageKey: WriteBatch.Change]
    ) async throws(BarrierError) {
        guard let open = state.value else { throw .storage(.sealed) }
        let old = open.keyring
        guard
            let keyring = Keyring(rootKey: rootKey, active: old.active, older: old.older, rotation: old.rotation)
        else { throw .keyLength }
        try await store(keyring, replacing: open, with: entries)
    }
}
