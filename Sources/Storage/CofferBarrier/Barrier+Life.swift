package import CofferBase
internal import CofferCrypto
package import CofferStorage

extension Barrier {
    package func isInitialized() async throws(StorageError) -> Bool {
        if !isSealed { return true }
        return try await plain.get(Keyring.path) != nil
    }

    /// Makes the first keys and stores them with what the caller adds, all in one commit:
    /// a failure leaves the storage uninitialised. The barrier stays sealed.
    /// - Parameters:
    ///   - rootKey: 16, 24 or 32 bytes.
    ///   - plain: entries to store as they are: seal configuration, stored root key.
    ///   - encrypted: entries to store behind the barrier.
    package func initialize(
        rootKey: SecretBytes, plain entries: [StorageKey: [UInt8]] = [:], encrypted: [StorageKey: [UInt8]] = [:]
    ) async throws(BarrierError) {
        if try await storing({ () async throws(StorageError) in try await isInitialized() }) {
            throw .alreadyInitialized
        }
        // The entries, and the standby copy of the root key.
        let count = Int64(encrypted.count + 1)
        guard
            let key = TermKey(term: 1, value: try newKey(), installTime: clock.now.rfc3339, encryptions: count),
            let keyring = Keyring(rootKey: rootKey, active: key, rotation: RotationSettings())
        else { throw .keyLength }
        guard var changes = key.encrypt(encrypted.mapValues { .put($0) }, random: random) else { throw .random }
        changes.merge(entries.mapValues { .put($0) }) { _, plain in plain }
        changes.merge(try keyChanges(storing: keyring)) { _, keys in keys }
        do throws(StorageError) {
            var batch = WriteBatch(epoch: try await plain.acquireEpoch())
            batch.changes = changes
            batch.expected[Keyring.path] = 0
            try await plain.commit(batch)
        } catch .conflict {
            throw .alreadyInitialized
        } catch {
            throw .storage(error)
        }
    }

    /// Opens the keyring and takes leadership of the storage.
    /// - Parameter epoch: of an election that was won; nil takes a new one, whoever leads.
    package func unseal(rootKey: SecretBytes, under epoch: Epoch? = nil) async throws(BarrierError) {
        // A wrong key must not depose the leader, so the keyring is opened before the epoch is taken.
        if epoch == nil { _ = try await readKeyring(rootKey) }
        try await takeOver(rootKey, under: epoch)
    }

    /// Takes leadership anew: what this process knows is read again, since another may have led meanwhile.
    @discardableResult
    package func acquireEpoch() async throws(StorageError) -> Epoch {
        guard let open = state.value else { throw .sealed }
        do throws(BarrierError) {
            return try await takeOver(open.keyring.rootKey)
        } catch .storage(let error) {
            throw error
        } catch {
            throw .integrity(Keyring.path)
        }
    }

    /// Drops every key and the cache; each later access throws `.sealed`.
    package func seal() { state.replace(with: nil) }

    @discardableResult
    private func takeOver(_ rootKey: SecretBytes, under won: Epoch? = nil) async throws(BarrierError) -> Epoch {
        let epoch: Epoch
        if let won {
            epoch = won
        } else {
            epoch = try await storing { () async throws(StorageError) in try await plain.acquireEpoch() }
        }
        // Only now can the former leader no longer rotate: a keyring that lacks its last term would,
        // at our own next rotation, lose everything that term has written.
        let (keyring, version) = try await readKeyring(rootKey)
        let count = try await readCount(keyring)
        let opened = open(keyring, version: version, epoch: epoch, encryptions: count)
        state.update { state in
            if (state?.epoch ?? Epoch(0)) < epoch { state = opened }
        }
        return epoch
    }

    func readKeyring(_ rootKey: SecretBytes) async throws(BarrierError) -> (Keyring, version: UInt64) {
        let stored = try await storing { () async throws(StorageError) in try await plain.get(Keyring.path) }
        guard let stored else { throw .notInitialized }
        return (try decryptKeyring(stored.value, with: rootKey), stored.version)
    }

    private func readCount(_ keyring: Keyring) async throws(BarrierError) -> Int64 {
        let path = EncryptionCounter.path(term: keyring.active.term)
        let stored = try await storing { () async throws(StorageError) in try await plain.get(path) }
        guard let stored else { return keyring.active.encryptions }
        guard
            let text = try? BarrierEntry.open(stored.value, at: path, key: keyring.active.aead, unbound: false),
            let count = Int64(String(decoding: text, as: UTF8.self)), count >= 0
        else { throw .storage(.integrity(path)) }
        return max(count, keyring.active.encryptions)
    }
}
