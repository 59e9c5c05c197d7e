package import CofferBase
internal import CofferJSON
package import CofferStorage

/// The versions that have served this storage, one entry each at `core/versions/<version>`.
package struct VersionHistory: Sendable {
    package struct Entry: Sendable {
        package let version: String
        package let buildDate: String
        package let installed: Timestamp
    }

    private let storage: StorageView

    package init(storage: any TransactionalStorage) {
        self.storage = StorageView(storage, prefix: "core/versions/")
    }

    /// Keeps the first time that a version opened this storage.
    func record(_ version: String, buildDate: String, at now: Timestamp) async throws {
        let key = StorageKey(version)
        if try await storage.get(key) != nil { return }
        let record: JSONObject = [
            "version": .string(version), "build_date": .string(buildDate), "timestamp_installed": .string(now.rfc3339),
        ]
        try await storage.put(key, JSON.object(record).serialized())
    }

    /// In the order in which they came.
    package func entries() async throws -> [Entry] {
        var entries: [Entry] = []
        for name in try await storage.children(of: "") {
            guard let stored = try await storage.get(StorageKey(name)) else { continue }
            let record = try JSON.parseObject(stored, limits: .trusted)
            guard let time = record["timestamp_installed"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) }) else {
                continue
            }
            entries.append(
                Entry(version: name, buildDate: record["build_date"]?.stringValue ?? "", installed: time))
        }
        return entries.sorted { $0.installed < $1.installed }
    }
}
