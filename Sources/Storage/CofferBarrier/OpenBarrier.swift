internal import CofferBase
internal import CofferCrypto
internal import CofferStorage

/// What an unsealed barrier knows. Sealing drops it whole, and the keys are zeroed when the last
/// operation that still uses it ends; the cache goes with it, since another node may write meanwhile.
final class OpenBarrier: Sendable {
    let keyring: Keyring
    /// Version of the stored keyring; only a change made on top of it may be committed.
    let keyringVersion: UInt64
    let epoch: Epoch
    let cache: CiphertextCache?
    let counter: EncryptionCounter
    private let acceptsUnbound: Bool

    init(
        keyring: Keyring, version: UInt64, epoch: Epoch, cache: CiphertextCache?, counter: EncryptionCounter,
        acceptsUnbound: Bool
    ) {
        self.keyring = keyring
        keyringVersion = version
        self.epoch = epoch
        self.cache = cache
        self.counter = counter
        self.acceptsUnbound = acceptsUnbound
    }

    /// The same after a change of the keyring.
    func with(_ keyring: Keyring, version: UInt64) -> OpenBarrier {
        let isSameTerm = keyring.active.term == self.keyring.active.term
        return OpenBarrier(
            keyring: keyring, version: version, epoch: epoch, cache: cache,
            counter: isSameTerm ? counter : EncryptionCounter(count: keyring.active.encryptions),
            acceptsUnbound: acceptsUnbound)
    }

    var keyStatus: KeyStatus {
        let key = keyring.active
        return KeyStatus(term: key.term, installTime: key.installTime, encryptions: counter.count)
    }

    func decrypt(_ stored: StoredEntry?, at key: StorageKey) throws(StorageError) -> StoredEntry? {
        guard var entry = stored else { return nil }
        guard let term = BarrierEntry.term(of: entry.value), let termKey = keyring[term] else {
            throw .integrity(key)
        }
        do throws(AEADError) {
            entry.value = try BarrierEntry.open(entry.value, at: key, key: termKey.aead, unbound: acceptsUnbound)
        } catch {
            throw .integrity(key)
        }
        return entry
    }
}

extension TermKey {
    /// The changes with every value encrypted, all nonces drawn at once; nil when randomness or the cipher fails.
    func encrypt(
        _ changes: [StorageKey: WriteBatch.Change], random: RandomSource
    ) -> [StorageKey: WriteBatch.Change]? {
        guard var nonces = try? random.bytes(AEADKey.nonceLength * changes.count)[...] else { return nil }
        var encrypted: [StorageKey: WriteBatch.Change] = Dictionary(minimumCapacity: changes.count)
        for (key, change) in changes {
            guard case .put(let plaintext) = change else {
                encrypted[key] = .delete
                continue
            }
            let nonce = nonces.prefix(AEADKey.nonceLength)
            nonces = nonces.dropFirst(AEADKey.nonceLength)
            guard let entry = try? BarrierEntry.seal(plaintext, at: key, term: term, key: aead, nonce: nonce)
            else { return nil }
            encrypted[key] = .put(entry)
        }
        return encrypted
    }
}
