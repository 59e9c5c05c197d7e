internal import CofferJSON

/// `meta.json`: what Vault's tools read there, and what only ours do.
package struct SnapshotMetadata: Sendable, Equatable {
    /// The storage version of the moment; the index of a log for Vault's tools.
    package var version: UInt64
    /// The leadership under which it was made.
    package var epoch: UInt64
    package var entries: Int
    /// Bytes of `state.bin`.
    package var size: Int
    /// RFC 3339.
    package var created: String
    package var clusterID: String
    package var storageType: String
    /// The release that made it.
    package var release: String

    /// Unlike that of any other snapshot of the same cluster.
    package var id: String { "coffer-\(epoch)-\(version)-\(created)" }

    package init(
        version: UInt64, epoch: UInt64, entries: Int, size: Int, created: String, clusterID: String,
        storageType: String, release: String
    ) {
        self.version = version
        self.epoch = epoch
        self.entries = entries
        self.size = size
        self.created = created
        self.clusterID = clusterID
        self.storageType = storageType
        self.release = release
    }

    func encoded() -> [UInt8] {
        let server: JSON = ["Suffrage": 0, "ID": "coffer", "Address": ""]
        return JSON.object([
            "Version": 1, "ID": .string(id), "Index": .int(Int64(clamping: version)),
            "Term": .int(Int64(clamping: epoch)), "Peers": nil, "Configuration": ["Servers": [server]],
            "ConfigurationIndex": 1, "Size": .int(size),
            "Coffer": [
                "format": 1, "entries": .int(entries), "created": .string(created), "cluster_id": .string(clusterID),
                "storage_type": .string(storageType), "release": .string(release),
            ],
        ]).serialized()
    }

    init(encoded bytes: [UInt8]) throws(ArchiveError) {
        guard let object = try? JSON.parseObject(bytes), let own = object["Coffer"] else {
            throw ArchiveError("the archive is no snapshot of this server")
        }
        guard own["format"]?.intValue == 1 else {
            throw ArchiveError("the snapshot was made by a newer release; restore it with that one")
        }
        guard let version = object["Index"]?.intValue, let epoch = object["Term"]?.intValue,
            let size = object["Size"]?.intValue, let entries = own["entries"]?.intValue,
            version >= 0, epoch >= 0, size >= 0, entries >= 0
        else { throw ArchiveError("the metadata of the snapshot cannot be read") }
        self.init(
            version: UInt64(version), epoch: UInt64(epoch), entries: Int(entries), size: Int(size),
            created: own["created"]?.stringValue ?? "", clusterID: own["cluster_id"]?.stringValue ?? "",
            storageType: own["storage_type"]?.stringValue ?? "", release: own["release"]?.stringValue ?? "")
    }
}
