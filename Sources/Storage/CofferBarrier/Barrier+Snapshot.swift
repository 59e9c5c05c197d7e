package import CofferBase
internal import CofferCrypto
internal import CofferStorage

/// How a snapshot shows whose it is: what it holds must open under the root key that is in use.
extension Barrier {
    /// Never stored there; it keeps the sealed sums apart from everything else under this key.
    private static let sumsPath: StorageKey = "core/snapshot/SHA256SUMS"

    /// The entry that a snapshot must hold for `opensKeyring`.
    package static let keyringPath: [UInt8] = Keyring.path.bytes

    /// Nil while sealed.
    package var rootKey: SecretBytes? { state.value?.keyring.rootKey }

    /// Encrypts the sums of a snapshot under the root key.
    package func sealSums(_ sums: [UInt8]) throws(BarrierError) -> [UInt8] {
        guard let open = state.value else { throw .storage(.sealed) }
        guard let nonce = try? random.bytes(AEADKey.nonceLength),
            let sealed = try? BarrierEntry.seal(
                sums, at: Self.sumsPath, term: Keyring.entryTerm, key: open.keyring.rootAEAD, nonce: nonce[...])
        else { throw .random }
        return sealed
    }

    /// Whether `sealed` holds exactly these sums, sealed under the root key in use.
    package func opensSums(_ sealed: [UInt8], _ sums: [UInt8]) -> Bool {
        guard let open = state.value,
            let found = try? BarrierEntry.open(
                sealed, at: Self.sumsPath, key: open.keyring.rootAEAD, unbound: false)
        else { return false }
        return constantTimeEqual(found, sums)
    }

    /// Whether a stored keyring opens under the root key in use.
    package func opensKeyring(_ entry: [UInt8]) -> Bool {
        guard let rootKey else { return false }
        return (try? decryptKeyring(entry, with: rootKey)) != nil
    }
}
