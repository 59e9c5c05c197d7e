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

    /// Where the accessor of a token is stored; nil when the token's own entry is enough. In the root that is so when
    /// the accessor gives the key; of other namespaces these entries are also the list of their tokens.
    func accessorPlace(of entry: TokenEntry, at key: String) -> StorageKey? {
        entry.namespaceID == LeaseID.root && LeaseID.isTimed(key) ? nil : accessorKey(entry.accessor)
    }

    /// Accessors of a namespace's tokens, in the order of their keys, from the one after `after` on.
    package func accessors(in namespaceID: String, after: String?, limit: Int?) async throws -> [String] {
        let after = after.map { key(ofAccessor: $0) }
        var found: [(key: String, accessor: String)] = []
        let folder = Self.accessorFolder(namespaceID)
        for name in try await view.children(of: folder, after: after, limit: limit) {
            guard let stored = try await view.get(folder + name) else { continue }
            if let accessor = try JSON.parseObject(stored, limits: .trusted)["accessor"]?.stringValue {
                found.append((name, accessor))
            }
        }
        if namespaceID == LeaseID.root {
            found += try await rootAccessors(after: after, limit: limit)
            found.sort { $0.key < $1.key }
        }
        return found.prefix(limit ?? .max).map(\.accessor)
    }

    /// Of the root's tokens whose accessors have no entries of their own.
    private func rootAccessors(after: String?, limit: Int?) async throws -> [(key: String, accessor: String)] {
        var found: [(key: String, accessor: String)] = []
        var last = after
        while found.count < limit ?? .max {
            let names = try await view.children(of: "id/", after: last, limit: 500)
            for name in names where LeaseID.isTimed(name) {
                guard let stored = try await view.get(Self.idKey(name)) else { continue }
                let entry = try TokenEntry(encoded: stored)
                if entry.namespaceID == LeaseID.root { found.append((name, entry.accessor)) }
            }
            guard names.count == 500 else { break }
            last = names.last
        }
        return found
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
