package import CofferBase
package import CofferStorage

/// A barrier that only reads, beside the node that leads: what its cache holds is dropped as that node writes.
extension Barrier {
    /// Opens the keyring as it is stored now, with an empty cache; nothing can be written.
    /// - Throws: `.wrongKey` when the root key was changed.
    package func openForReading(rootKey: SecretBytes) async throws(BarrierError) {
        let (keyring, version) = try await readKeyring(rootKey)
        // No storage has ever given out this epoch.
        let opened = open(keyring, version: version, epoch: Epoch(0), encryptions: 0)
        state.replace(with: opened)
    }

    /// These entries may have changed: they are read anew.
    package func forget(_ keys: [StorageKey]) {
        guard let cache = state.value?.cache else { return }
        // As for a commit of our own of which nobody knows what it did.
        cache.beginChange(of: keys)
        for key in keys { cache.endChange(of: key, .failed) }
    }
}
