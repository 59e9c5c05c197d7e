internal import CofferBase
internal import CofferJSON
internal import CofferStorage

/// All about a secret of version 2; small data of its versions lies here too.
struct SecretMetadata: Sendable, Equatable {
    struct Version: Sendable, Equatable {
        let number: Int64
        let created: Timestamp
        /// When it was, or will be, deleted.
        var deletion: Timestamp?
        var isDestroyed = false
        /// The data, when small; nil when it has an entry of its own, or is destroyed.
        var data: [UInt8]?

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

    /// Data kept beside the metadata, in bytes: a read then is one look-up and a write changes one entry.
    /// Together with the rest they fit a page of SQLite.
    private static let smallData = (each: 1024, all: 3000)

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
    /// - Returns: the new version, and the versions that went.
    mutating func addVersion(at now: Timestamp, under mount: MountSettings) -> (Version, pruned: [Version]) {
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
        let pruned = Array(versions.prefix { $0.number <= last })
        versions.removeFirst(pruned.count)
        oldest = last + 1
        return (version, pruned)
    }

    /// Gives a version its data.
    /// - Returns: the data that now needs entries of its own, by version: this one when it is large,
    ///   older ones when together they have become too large.
    mutating func keep(_ data: [UInt8], of number: Int64) -> [(number: Int64, data: [UInt8])] {
        guard let index = index(of: number), data.count <= Self.smallData.each else { return [(number, data)] }
        versions[index].data = data
        var total = versions.reduce(0) { $0 + ($1.data?.count ?? 0) }
        var moved: [(number: Int64, data: [UInt8])] = []
        for place in versions.indices where total > Self.smallData.all {
            guard let old = versions[place].data else { continue }
            moved.append((versions[place].number, old))
            versions[place].data = nil
            total -= old.count
        }
        return moved
    }

    private func index(of number: Int64) -> Int? {
        versions.firstIndex { $0.number == number }
    }
}

extension SecretMetadata.Version {
    /// Whether the data has an entry of its own.
    var hasEntry: Bool { !isDestroyed && data == nil }

    mutating func destroy() {
        isDestroyed = true
        data = nil
    }

    /// The data wherever it lies; nil when it is gone.
    func data(of path: String, in storage: StorageView) async throws -> [UInt8]? {
        if let data { return data }
        return try await storage.get(SecretKeys.version(number, of: path))
    }

    func data(of path: String, _ transaction: inout Transaction) async throws -> [UInt8]? {
        if let data { return data }
        return try await transaction.get(SecretKeys.version(number, of: path))
    }

    func deleteEntry(of path: String, _ transaction: inout Transaction) {
        if hasEntry { transaction.delete(SecretKeys.version(number, of: path)) }
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

    /// A new version with its data: one commit holds it, the metadata, and what happens to older data.
    mutating func add(
        _ data: [UInt8], at now: Timestamp, under mount: MountSettings, _ path: String,
        _ transaction: inout Transaction
    ) -> Version {
        let (version, pruned) = addVersion(at: now, under: mount)
        for old in pruned { old.deleteEntry(of: path, &transaction) }
        for (number, data) in keep(data, of: version.number) {
            transaction.put(SecretKeys.version(number, of: path), data)
        }
        return version
    }
}
