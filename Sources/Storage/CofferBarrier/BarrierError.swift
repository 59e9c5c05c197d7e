package import CofferStorage

/// Why the barrier could not be made, opened or changed; no case holds key material.
package enum BarrierError: Error, Sendable, Equatable {
    case notInitialized
    case alreadyInitialized
    /// The key does not open the keyring: it is another key, or the keyring was changed; nobody learns which.
    case wrongKey
    /// The keyring opened, but is not one, or not this root key's.
    case damagedKeyring
    /// A key is not of 16, 24 or 32 bytes.
    case keyLength
    /// The system gave no random bytes; nothing was written.
    case random
    /// The rotation settings are out of range.
    case rotationSettings
    case storage(StorageError)
}

/// Runs an access to storage and throws its error as the barrier's.
func storing<R>(_ access: () async throws(StorageError) -> R) async throws(BarrierError) -> R {
    do throws(StorageError) {
        return try await access()
    } catch {
        throw .storage(error)
    }
}
