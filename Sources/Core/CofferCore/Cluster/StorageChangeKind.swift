internal import CofferStorage

/// What a standby has to do about keys that the leader has changed.
struct StorageChangeKind: OptionSet {
    let rawValue: Int

    static let policies = StorageChangeKind(rawValue: 1)
    static let identities = StorageChangeKind(rawValue: 2)
    /// Mounts, namespaces, quotas, audit devices: what is loaded whole, and whatever is not known here.
    static let tables = StorageChangeKind(rawValue: 4)
    static let keys = StorageChangeKind(rawValue: 8)

    init(rawValue: Int) { self.rawValue = rawValue }

    init(of keys: [StorageKey]) {
        self = keys.reduce(into: []) { $0.formUnion(Self.kind(of: $1)) }
    }

    /// Nothing of these is kept decoded by who only reads: dropping the entries is enough.
    private static let undecoded: [StorageKey] = [
        "logical/", "auth/", "sys/token/", "sys/expire/", "core/leader/", "core/cluster/", "core/encryption-count/",
        "core/login/", "core/snapshot-auto/", "core/versions/", "sys/config/", "sys/counters/",
    ]

    private static func kind(of key: StorageKey) -> StorageChangeKind {
        if undecoded.contains(where: key.hasPrefix) { return [] }
        if key == "core/keyring" || key == "core/root-key" { return [.keys, .tables] }
        if key.hasPrefix("sys/policy/") || key.hasPrefix("sys/policy-shadow/") || key.hasPrefix("namespace/") {
            return .policies
        }
        return key.hasPrefix("identity/") ? .identities : .tables
    }
}
