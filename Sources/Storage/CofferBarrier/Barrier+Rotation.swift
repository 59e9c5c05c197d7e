internal import CofferBase
internal import CofferCrypto
internal import CofferStorage

extension Barrier {
    /// For standbys that know the last term key: the root key, so that they can open a new keyring.
    static let rootKeyCopyPath: StorageKey = "core/root-key"

    /// The active key; nil while sealed.
    package var keyStatus: KeyStatus? { state.value?.keyStatus }

    /// When the active key is replaced; nil while sealed.
    package var rotation: RotationSettings? { state.value?.keyring.rotation }

    /// Whether the active key has reached its age or its number of encryptions; false while sealed.
    package var isRotationDue: Bool {
        guard let open = state.value else { return false }
        return open.keyring.rotation.isDue(open.keyStatus, at: clock.now)
    }

    /// Adds a term, which encrypts from now on. Keyring and standby copy change in one commit.
    package func rotate() async throws(BarrierError) {
        guard let open = state.value else { throw .storage(.sealed) }
        let next = open.keyring.rotated(to: try newKey(), at: clock.now, encryptions: open.counter.count)
        guard let next else { throw .damagedKeyring }
        try await store(next, replacing: open)
    }

    /// - Throws: `.rotationSettings` when they are out of range.
    package func setRotation(_ settings: RotationSettings) async throws(BarrierError) {
        guard settings.isValid else { throw .rotationSettings }
        guard let open = state.value else { throw .storage(.sealed) }
        var keyring = open.keyring
        keyring.rotation = settings
        try await store(keyring, replacing: open)
    }

    /// Commits a keyring that was made from the open one, with entries that change together with it.
    func store(
        _ keyring: Keyring, replacing open: OpenBarrier, with entries: [StorageKey: WriteBatch.Change] = [:]
    ) async throws(BarrierError) {
        var batch = WriteBatch(epoch: open.epoch)
        // Of two rotations at once one must fail: the other's term would be lost with all it wrote.
        batch.expected[Keyring.path] = open.keyringVersion
        batch.changes = try keyChanges(storing: keyring)
        let ended = open.keyring.active.term
        if keyring.active.term != ended {
            batch.changes[EncryptionCounter.path(term: ended)] = .delete
        } else {
            open.counter.addOne()
        }
        batch.changes.merge(entries) { keys, _ in keys }
        let version = try await commit(keys: batch)
        let next = open.with(keyring, version: version)
        state.update { state in
            // Sealed meanwhile: stays sealed.
            if state === open { state = next }
        }
    }

    /// A lost connection does not say whether the commit was made, but the stored keyring does: its
    /// ciphertext is unlike any other.
    private func commit(keys batch: WriteBatch) async throws(BarrierError) -> UInt64 {
        do throws(StorageError) {
            return try await plain.commit(batch)
        } catch .unknownOutcome(let reason) {
            guard case .put(let keyring)? = batch.changes[Keyring.path],
                let stored = try? await plain.get(Keyring.path), stored.value == keyring
            else { throw .storage(.unknownOutcome(reason)) }
            return stored.version
        } catch {
            throw .storage(error)
        }
    }

    /// The keyring under the root key, and the root key under the active term.
    func keyChanges(storing keyring: Keyring) throws(BarrierError) -> [StorageKey: WriteBatch.Change] {
        var plaintext = keyring.encoded()
        defer { zero(&plaintext) }
        var copy = keyring.encodedRootKey()
        defer { zero(&copy) }
        let active = keyring.active
        guard let nonces = try? random.bytes(2 * AEADKey.nonceLength),
            let ring = try? BarrierEntry.seal(
                plaintext, at: Keyring.path, term: Keyring.entryTerm, key: keyring.rootAEAD,
                nonce: nonces.prefix(AEADKey.nonceLength)),
            let root = try? BarrierEntry.seal(
                copy, at: Self.rootKeyCopyPath, term: active.term, key: active.aead,
                nonce: nonces.suffix(AEADKey.nonceLength))
        else { throw .random }
        return [Keyring.path: .put(ring), Self.rootKeyCopyPath: .put(root)]
    }

    func newKey() throws(BarrierError) -> SecretBytes {
        do {
            return try SecretBytes(count: 32, from: random)
        } catch {
            throw .random
        }
    }
}
