internal import CofferBarrier
package import CofferStorage

/// The PGP-encrypted copies of the shares that a rekey with `backup` leaves in storage.
///
/// Stored outside the barrier, as they are encrypted for their holders.
package enum SharesBackup {
    package static let path: StorageKey = "core/unseal-keys-backup"
}
