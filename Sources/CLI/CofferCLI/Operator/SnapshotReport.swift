internal import CofferJSON
internal import SnapshotArchive

/// What is in a snapshot, as far as that can be told without its keys.
struct SnapshotReport {
    private struct Group {
        var count = 0
        var size = 0
    }

    private let metadata: SnapshotMetadata
    private let groups: [(name: String, count: Int, size: Int)]

    /// Verifies the whole file.
    init(_ file: SnapshotFile, depth: Int, filter: String) throws {
        do {
            let archive = try ReceivedArchive(
                SpoolFile(opening: file.path), largestValue: SnapshotFile.largestEntry)
            metadata = archive.metadata
            var groups: [String: Group] = [:]
            let source = try archive.source()
            while let (key, value) = try source.next() {
                let name = String(decoding: key, as: UTF8.self)
                guard name.hasPrefix(filter) else { continue }
                let parts = name.split(separator: "/", omittingEmptySubsequences: false)
                groups[parts.prefix(depth).joined(separator: "/"), default: Group()].count += 1
                groups[parts.prefix(depth).joined(separator: "/"), default: Group()].size += value.count
            }
            self.groups = groups.map { ($0.key, $0.value.count, $0.value.size) }.sorted {
                $0.size == $1.size ? $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) : $0.size > $1.size
            }
        } catch let error as ArchiveError {
            throw CommandFailure.local("Error inspecting the snapshot: \(error)")
        }
    }

    private var rows: [[String]] {
        [
            ["ID", metadata.id], ["Size", "\(metadata.size)"], ["Index", "\(metadata.version)"],
            ["Term", "\(metadata.epoch)"], ["Version", "1"], ["Created", metadata.created],
            ["Cluster ID", metadata.clusterID], ["Storage Type", metadata.storageType],
            ["Entries", "\(metadata.entries)"],
        ]
    }

    func text(hasDetails: Bool) -> String {
        let head = TextTable.columns(rows)
        guard hasDetails else { return head }
        let total = groups.reduce(0) { $0 + $1.size }
        let table = TextTable.table(
            header: ["Key Name", "Count", "Size"], rows: groups.map { [$0.name, "\($0.count)", "\($0.size)"] })
        return head + "\n\n" + table + "\n\nTotal Size: \(total)"
    }

    func json(hasDetails: Bool) -> JSON {
        var object: JSONObject = [
            "Meta": [
                "ID": .string(metadata.id), "Size": .int(metadata.size),
                "Index": .int(Int64(clamping: metadata.version)), "Term": .int(Int64(clamping: metadata.epoch)),
                "Version": 1, "Created": .string(metadata.created), "ClusterID": .string(metadata.clusterID),
                "StorageType": .string(metadata.storageType), "Entries": .int(metadata.entries),
            ]
        ]
        if hasDetails {
            object["KVDetails"] = .array(
                groups.map { ["Name": .string($0.name), "Count": .int($0.count), "Size": .int($0.size)] })
            object["TotalCountKV"] = .int(groups.reduce(0) { $0 + $1.count })
            object["TotalSizeKV"] = .int(groups.reduce(0) { $0 + $1.size })
        }
        return .object(object)
    }
}
