internal import CofferBase
internal import CofferCrypto
internal import CofferStorage

/// The key of one term.
final class TermKey: Sendable {
    let term: UInt32
    let value: SecretBytes
    let aead: AEADKey
    /// RFC 3339, kept as found.
    let installTime: String
    /// As of the keyring's last change; `EncryptionCounter` knows more about the active key.
    let encryptions: Int64

    /// Nil when the key is not of 16, 24 or 32 bytes.
    init?(term: UInt32, value: SecretBytes, installTime: String, encryptions: Int64 = 0) {
        guard let aead = AEADKey(value) else { return nil }
        self.term = term
        self.value = value
        self.aead = aead
        self.installTime = installTime
        self.encryptions = encryptions
    }

    func counted(_ encryptions: Int64) -> TermKey? {
        TermKey(term: term, value: value, installTime: installTime, encryptions: encryptions)
    }
}

/// The root key and the term keys that encrypt entries.
struct Keyring: Sendable {
    static let path: StorageKey = "core/keyring"
    /// The term in the head of the keyring's own entry, which the root key opens.
    static let entryTerm: UInt32 = 1

    let rootKey: SecretBytes
    let rootAEAD: AEADKey
    /// Encrypts what is written from now on.
    let active: TermKey
    /// Decrypt what was written before; none is ever dropped.
    let older: [UInt32: TermKey]
    var rotation: RotationSettings

    /// Nil when the root key is not of 16, 24 or 32 bytes.
    init?(rootKey: SecretBytes, active: TermKey, older: [UInt32: TermKey] = [:], rotation: RotationSettings) {
        guard let rootAEAD = AEADKey(rootKey) else { return nil }
        self.rootKey = rootKey
        self.rootAEAD = rootAEAD
        self.active = active
        self.older = older
        self.rotation = rotation
    }

    subscript(term: UInt32) -> TermKey? { term == active.term ? active : older[term] }

    /// The same keyring with a new active term.
    /// - Parameter encryptions: how often the key of the ending term was used.
    func rotated(to value: SecretBytes, at time: Timestamp, encryptions: Int64) -> Keyring? {
        guard active.term < .max, let ended = active.counted(encryptions),
            // Its first encryption is the standby copy of the root key.
            let next = TermKey(term: active.term + 1, value: value, installTime: time.rfc3339, encryptions: 1)
        else { return nil }
        var older = older
        older[ended.term] = ended
        return Keyring(rootKey: rootKey, active: next, older: older, rotation: rotation)
    }
}
