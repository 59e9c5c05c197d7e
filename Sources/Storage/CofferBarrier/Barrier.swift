package import CofferBase
internal import CofferCrypto
package import CofferMetrics
package import CofferStorage

/// Encrypts every value on its way to storage: nothing above it sees ciphertext,
/// nothing below it sees a secret. Names of entries stay readable, as in Vault.
package final class Barrier: TransactionalStorage {
    /// The storage itself, for the few entries that must be readable while sealed
    /// (`SealConfiguration.path`, `StoredRootKey.path`).
    package let plain: any Storage

    let clock: any WallClock
    let random: RandomSource
    let state = Snapshot<OpenBarrier?>(nil)
    /// Of a standby: what it read last.
    let lastKeyring = Snapshot<(keyring: Keyring, version: UInt64)?>(nil)
    private let cacheEntries: Int
    private let cacheBytes: Int
    private let acceptsUnboundEntries: Bool
    private let meters: BarrierMeters?

    /// - Parameters:
    ///   - cacheEntries: how many stored entries are kept in memory; 0 for none.
    ///   - cacheBytes: how much memory they may take; 0 for none.
    ///   - acceptsUnboundEntries: read version 1 entries, which could have been moved from another path;
    ///     only while old data is migrated.
    package init(
        storage: any Storage, clock: any WallClock, random: RandomSource, cacheEntries: Int = 131_072,
        cacheBytes: Int = 16 << 20, acceptsUnboundEntries: Bool = false, metrics: Metrics? = nil
    ) {
        plain = storage
        self.clock = clock
        self.random = random
        self.cacheEntries = cacheEntries
        self.cacheBytes = cacheBytes
        self.acceptsUnboundEntries = acceptsUnboundEntries
        meters = metrics.map { BarrierMeters($0) }
    }

    package var type: String { plain.type }
    package var isSealed: Bool { state.value == nil }

    /// The epoch under which this process writes; 0 while sealed.
    package var epoch: Epoch { state.value?.epoch ?? Epoch(0) }

    /// The entry decrypted, when the cache knows it.
    /// - Throws: `.integrity` when it was changed, moved here or written with an unknown key; `.sealed`.
    package func known(_ key: StorageKey) throws(StorageError) -> StoredEntry?? {
        guard let open = state.value else { throw .sealed }
        let start = meters?.start
        guard case .known(let stored)? = open.cache?.lookup(key) else { return nil }
        defer { if let meters, let start { meters.hit(since: start) } }
        return .some(try open.decrypt(stored, at: key))
    }

    /// The version of an entry that the cache knows; nothing is decrypted.
    package func knownVersion(_ key: StorageKey) throws(StorageError) -> UInt64? {
        guard let open = state.value else { throw .sealed }
        guard case .known(let stored?)? = open.cache?.lookup(key) else { return nil }
        return stored.version
    }

    /// The entry decrypted; one that the cache knows is returned without waiting for anything.
    /// - Throws: as `known` does.
    package func get(_ key: StorageKey) async throws(StorageError) -> StoredEntry? {
        guard let open = state.value else { throw .sealed }
        let start = meters?.start
        defer { meters?.get.measure(since: start) }
        guard let cache = open.cache else { return try open.decrypt(try await plain.get(key), at: key) }
        switch cache.lookup(key) {
        case .known(let stored):
            meters?.hits.add()
            return try open.decrypt(stored, at: key)
        case .unknown(let generation):
            meters?.misses.add()
            let stored = try await plain.get(key)
            let entry = try open.decrypt(stored, at: key)
            cache.keep(stored, for: key, ifStill: generation)
            return entry
        }
    }

    /// Of an entry that the cache knows nothing is decrypted.
    package func contains(_ key: StorageKey) async throws(StorageError) -> Bool {
        guard let open = state.value else { throw .sealed }
        if case .known(let stored)? = open.cache?.lookup(key) { return stored != nil }
        return try await get(key) != nil
    }

    package func children(
        of prefix: StorageKey, after: String?, limit: Int?
    ) async throws(StorageError) -> [String] {
        if isSealed { throw .sealed }
        let start = meters?.start
        defer { meters?.list.measure(since: start) }
        return try await plain.children(of: prefix, after: after, limit: limit)
    }

    package func scan(
        _ prefix: StorageKey, after: StorageKey?, limit: Int
    ) async throws(StorageError) -> [StorageKey] {
        if isSealed { throw .sealed }
        let start = meters?.start
        defer { meters?.list.measure(since: start) }
        return try await plain.scan(prefix, after: after, limit: limit)
    }

    package func occupied(_ prefixes: [StorageKey]) async throws(StorageError) -> Set<StorageKey> {
        if isSealed { throw .sealed }
        let start = meters?.start
        defer { meters?.list.measure(since: start) }
        return try await plain.occupied(prefixes)
    }

    /// Encrypts and commits; a failure of randomness writes nothing.
    @discardableResult
    package func commit(_ batch: WriteBatch) async throws(StorageError) -> UInt64 {
        guard let open = state.value else { throw .sealed }
        let active = open.keyring.active
        var batch = batch
        let values = batch.changes.values.reduce(0) { $1 == .delete ? $0 : $0 + 1 }
        let start = meters?.start
        defer { (values > 0 ? meters?.put : meters?.delete)?.measure(since: start) }
        let count = open.counter.add(values)
        if let count { batch.changes[EncryptionCounter.path(term: active.term)] = .put(Array("\(count)".utf8)) }
        do throws(StorageError) {
            guard let encrypted = active.encrypt(batch.changes, random: random) else {
                throw .unavailable("the entries could not be encrypted")
            }
            batch.changes = encrypted
            let version = try await commit(encrypted: batch, open.cache)
            if count != nil { open.counter.finish(stored: count) }
            return version
        } catch {
            if count != nil { open.counter.finish(stored: nil) }
            throw error
        }
    }

    /// The cache has changed before the caller learns that storage has.
    private func commit(encrypted batch: WriteBatch, _ cache: CiphertextCache?) async throws(StorageError) -> UInt64 {
        guard let cache else { return try await plain.commit(batch) }
        cache.beginChange(of: batch.changes.keys)
        do throws(StorageError) {
            let version = try await plain.commit(batch)
            for (key, change) in batch.changes {
                switch change {
                case .put(let value): cache.endChange(of: key, .committed(StoredEntry(value: value, version: version)))
                case .delete: cache.endChange(of: key, .committed(nil))
                }
            }
            return version
        } catch {
            for key in batch.changes.keys { cache.endChange(of: key, .failed) }
            throw error
        }
    }

    /// As stored: ciphertext, but for the entries that are readable while sealed.
    package func walk(
        _ body: @escaping @Sendable (StorageKey, [UInt8]) throws -> Void
    ) async throws -> (version: UInt64, epoch: Epoch) { try await plain.walk(body) }

    /// Takes entries as stored. Only while sealed: what is open would not be that of the new entries.
    package func replaceAll(
        with next: @escaping @Sendable () throws -> (key: StorageKey, value: [UInt8])?
    ) async throws {
        guard isSealed else { throw StorageError.unavailable("the barrier is open") }
        try await plain.replaceAll(with: next)
    }

    /// Seals; the storage below belongs to whoever opened it.
    package func close() async { seal() }

    func open(_ keyring: Keyring, version: UInt64, epoch: Epoch, encryptions: Int64) -> OpenBarrier {
        OpenBarrier(
            keyring: keyring, version: version, epoch: epoch,
            cache: CiphertextCache(maximumEntries: cacheEntries, maximumBytes: cacheBytes),
            counter: EncryptionCounter(count: encryptions), acceptsUnbound: acceptsUnboundEntries)
    }

    func decryptKeyring(_ entry: [UInt8], with key: SecretBytes) throws(BarrierError) -> Keyring {
        guard let aead = AEADKey(key), BarrierEntry.term(of: entry) == Keyring.entryTerm,
            var plaintext = try? BarrierEntry.open(
                entry, at: Keyring.path, key: aead, unbound: acceptsUnboundEntries)
        else { throw .wrongKey }
        defer { zero(&plaintext) }
        guard let keyring = Keyring(encoded: plaintext, rootKey: key) else { throw .damagedKeyring }
        return keyring
    }
}
