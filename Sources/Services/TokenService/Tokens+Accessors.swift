internal import CofferJSON
internal import CofferStorage
internal import LeaseService

extension Tokens {
    /// Where an accessor is stored: those of a namespace below the root end in its id and lie together.
    func accessorKey(_ accessor: String) -> StorageKey {
        var folder = LeaseID.root
        if let dot = accessor.utf8.lastIndex(of: UInt8(ascii: ".")) {
            let suffix = accessor[accessor.index(after: dot)...]
            if !suffix.isEmpty, !suffix.utf8.contains(UInt8(ascii: "/")) { folder = String(suffix) }
        }
        return Self.accessorFolder(folder) + key(ofAccessor: accessor)
    }

    static func accessorFolder(_ namespaceID: String) -> StorageKey {
        namespaceID == LeaseID.root ? "accessor/" : StorageKey("ns/\(namespaceID)/accessor/")
    }

    /// Accessors of a namespace's tokens, in the order of their keys, from the one after `after` on.
    package func accessors(in namespaceID: String, after: String?, limit: Int?) async throws -> [String] {
        var accessors: [String] = []
        let folder = Self.accessorFolder(namespaceID)
        for name in try await view.children(of: folder, after: after.map { key(ofAccessor: $0) }, limit: limit) {
            guard let stored = try await view.get(folder + name) else { continue }
            if let accessor = try JSON.parseObject(stored, limits: .trusted)["accessor"]?.stringValue {
                accessors.append(accessor)
            }
        }
        return accessors
    }

    /// Ends every token of a namespace below the root; safe to run again after a crash.
    package func revokeAll(in namespaceID: String) async throws {
        let folder = Self.accessorFolder(namespaceID)
        while true {
            let entries = try await view.scan(folder, limit: 100)
            for entry in entries {
                if let stored = try await view.get(entry),
                    let key = try? JSON.parseObject(stored, limits: .trusted)["key"]?.stringValue
                {
                    try await revoke(key: key)
                }
                // Gone with its token, unless that was gone before.
                try await view.delete(entry)
            }
            if entries.isEmpty { return }
        }
    }
}
