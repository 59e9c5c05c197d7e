internal import CofferBase
internal import CofferJSON
internal import CofferStorage

/// All about a secret of version 2 except the data of its versions.
struct SecretMetadata: Sendable, Equatable {
    struct Version: Sendable, Equatable {
        let number: Int64
        let created: Timestamp
        /// When it was, or will be, deleted.
        var deletion: Timestamp?
        var isDestroyed = false

        func isReadable(at now: Timestamp) -> Bool { !isDestroyed && !isDeleted(at: now) }
        func isDeleted(at now: Timestamp) -> Bool { deletion.map { $0 <= now } ?? false }
    }

    let created: Timestamp
    var updated: Timestamp
    /// 0 as long as no data was written.
    var current: Int64 = 0
    /// 0 as long as the number of versions is below its maximum.
    var oldest: Int64 = 0
    /// Ascending.
    var versions: [Version] = []
    var settings = SecretSettings()

    static let defaultMaximumVersions: Int64 = 10

    init(created: Timestamp) {
        self.created = created
        updated = created
    }

    subscript(number: Int64) -> Version? {
        get { index(of: number).map { versions[$0] } }
        set {
            if let index = index(of: number), let newValue { versions[index] = newValue }
        }
    }

    /// Adds the next version and forgets those that are now too many.
    /// - Returns: the new version, and the numbers whose data has to go.
    mutating func addVersion(at now: Timestamp, under mount: MountSettings) -> (Version, pruned: [Int64]) {
        current += 1
        updated = now
        let version = Version(
            number: current, created: now,
            deletion: VersionLifetime.deletion(
                at: now, mount: mount.deleteVersionAfter, secret: settings.deleteVersionAfter))
        versions.append(version)
        // The larger of the two counts, as in Vault: a secret can keep more than its mount, never fewer.
        let wanted = max(settings.maximumVersions, mount.maximumVersions)
        let maximum = wanted > 0 ? wanted : Self.defaultMaximumVersions
        guard current - oldest >= maximum else { return (version, []) }
        let last = current - maximum
        let pruned = versions.prefix { $0.number <= last }.map(\.number)
        versions.removeFirst(pruned.count)
        oldest = last + 1
        return (version, pruned)
    }

    private func index(of number: Int64) -> Int? {
        versions.firstIndex { $0.number == number }
    }
}

extension SecretMetadata {
    static func load(_ path: String, _ transaction: inout Transaction) async throws -> SecretMetadata? {
        try await transaction.get(SecretKeys.metadata(path)).map(SecretMetadata.init(encoded:))
    }

    static func load(_ path: String, from storage: StorageView) async throws -> SecretMetadata? {
        try await storage.get(SecretKeys.metadata(path)).map(SecretMetadata.init(encoded:))
    }

    func store(_ path: String, _ transaction: inout Transaction) {
        transaction.put(SecretKeys.metadata(path), encoded())
    }
}
