package import CofferBase
internal import CofferCrypto
package import CofferStorage

/// What a node reads that has the root key and does not lead: a few entries, and nothing of it is kept.
extension Barrier {
    /// An entry, decrypted with the keyring as it is stored now; nil when there is none.
    /// - Throws: `.wrongKey` when the root key was changed.
    package func read(
        _ key: StorageKey, with rootKey: SecretBytes
    ) async throws(BarrierError) -> [UInt8]? {
        let keyring = try await refresh(with: rootKey)
        let entry = try await storing { () async throws(StorageError) in try await plain.get(key) }
        guard let entry else { return nil }
        guard let term = BarrierEntry.term(of: entry.value), let termKey = keyring[term],
            let value = try? BarrierEntry.open(entry.value, at: key, key: termKey.aead, unbound: false)
        else { throw .storage(.integrity(key)) }
        return value
    }

    /// Looks at the keyring as it is stored now, so that its terms are known when the root key is changed.
    /// - Throws: `.wrongKey` when it was changed.
    package func refreshKeyring(with rootKey: SecretBytes) async throws(BarrierError) {
        _ = try await refresh(with: rootKey)
    }

    private func refresh(with rootKey: SecretBytes) async throws(BarrierError) -> Keyring {
        let stored = try await storing { () async throws(StorageError) in try await plain.get(Keyring.path) }
        guard let stored else { throw .notInitialized }
        if let last = lastKeyring.value, last.version == stored.version { return last.keyring }
        let keyring = try decryptKeyring(stored.value, with: rootKey)
        lastKeyring.replace(with: (keyring, stored.version))
        return keyring
    }

    /// The root key after another node has changed it: the copy for standbys, which a term key opens that this
    /// node knows. Nil when it knows none.
    package func currentRootKey() async throws(BarrierError) -> SecretBytes? {
        guard let known = lastKeyring.value?.keyring else { return nil }
        let path = Self.rootKeyCopyPath
        let stored = try await storing { () async throws(StorageError) in try await plain.get(path) }
        guard let stored, let term = BarrierEntry.term(of: stored.value), let termKey = known[term],
            var copy = try? BarrierEntry.open(stored.value, at: path, key: termKey.aead, unbound: false)
        else { return nil }
        defer { zero(&copy) }
        return Keyring.rootKey(encoded: copy)
    }

    /// The node no longer takes part: what was remembered for that is dropped.
    package func forgetKeyring() { lastKeyring.replace(with: nil) }
}
