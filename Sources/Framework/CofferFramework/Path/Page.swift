package import CofferStorage

/// The query of a list: which part of the names is wanted.
package struct Page: Sendable {
    /// Only names after this one; empty for all.
    package var after = ""
    /// At most this many; zero or less for all.
    package var limit: Int64 = 0

    package static let schema = Schema<Page>(
        { Page() },
        [
            Field("after", \.after, "Only names that sort after this one.").query,
            Field("limit", \.limit, "At most this many names; all when not given.").query,
        ])

    /// Nil for all.
    package var maximum: Int? { limit > 0 ? Int(clamping: limit) : nil }
}

extension Page {
    /// The names of this page, of all names in byte order.
    package func part(of names: [String]) -> [String] {
        var names = names[...]
        if !after.isEmpty {
            names = names.drop { !after.utf8.lexicographicallyPrecedes($0.utf8) }
        }
        return Array(names.prefix(maximum ?? .max))
    }

    /// Where the list goes on; nil at its start.
    package var start: String? { after.isEmpty ? nil : after }
}

extension Call {
    /// The names directly below a folder of the engine's storage, as a list answers.
    package func list(_ folder: StorageKey, _ page: Page) async throws -> Reply {
        let after = page.after.isEmpty ? nil : page.after
        return try .keys(try await storage.children(of: folder, after: after, limit: page.maximum))
    }

    /// The names of all entries at any depth below a folder, relative to it, as a scan answers.
    ///
    /// Folders that the caller may not list are left out with all that lies below them.
    package func scan(_ folder: StorageKey, _ page: Page) async throws -> Reply {
        var names: [String] = []
        var folders = VisibleFolders(root: path, mayList: mayList)
        var after = page.after.isEmpty ? nil : folder + page.after
        let part = min(1000, max(page.maximum ?? 1000, 64))
        while true {
            let keys = try await storage.scan(folder, after: after, limit: part)
            for key in keys {
                let name = String(decoding: key.bytes.dropFirst(folder.bytes.count), as: UTF8.self)
                guard folders.show(name) else { continue }
                names.append(name)
                if names.count == page.maximum { return try .keys(names) }
            }
            after = keys.last
            if keys.count < part { return try .keys(names) }
        }
    }
}

/// Which folders a scan may enter. Each is asked about once while its names come, since they come in order.
private struct VisibleFolders {
    /// The folder that is scanned, whose listing was authorised with the request.
    let root: String
    let mayList: @Sendable (String) -> Bool
    private var known: (folder: Substring, isVisible: Bool) = ("", true)

    init(root: String, mayList: @escaping @Sendable (String) -> Bool) {
        self.root = root
        self.mayList = mayList
    }

    mutating func show(_ name: String) -> Bool {
        let folder = name.utf8.lastIndex(of: UInt8(ascii: "/")).map { name[...$0] } ?? ""
        if !folder.utf8.elementsEqual(known.folder.utf8) { known = (folder, isVisible(folder)) }
        return known.isVisible
    }

    /// Every folder on the way must be visible: a name also tells the names of the folders above it.
    private func isVisible(_ folder: Substring) -> Bool {
        folder.utf8.indices.allSatisfy { index in
            folder.utf8[index] != UInt8(ascii: "/") || mayList(root + folder[...index])
        }
    }
}
