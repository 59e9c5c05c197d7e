internal import CofferStorage

/// Where the engine keeps what, inside its own part of the storage.
enum SecretKeys {
    static let configuration: StorageKey = "config"
    /// Version 1: one entry for each secret.
    static let plainFolder: StorageKey = "secrets/"
    /// Version 2: one entry for each secret, and one for each version's data.
    static let metadataFolder: StorageKey = "metadata/"
    static let versionsFolder: StorageKey = "versions/"

    static func plain(_ path: String) -> StorageKey { plainFolder + path }
    static func metadata(_ path: String) -> StorageKey { metadataFolder + path }

    /// No two secrets share a key: the number is always the last segment.
    static func version(_ number: Int64, of path: String) -> StorageKey { versionsFolder + "\(path)/\(number)" }
}
