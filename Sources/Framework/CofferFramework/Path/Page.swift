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
    package func scan(_ folder: StorageKey, _ page: Page) async throws -> Reply {
        var names: [String] = []
        var after = page.after.isEmpty ? nil : folder + page.after
        while true {
            let wanted = min(1000, page.maximum.map { $0 - names.count } ?? 1000)
            let keys = try await storage.scan(folder, after: after, limit: wanted)
            names += keys.map { String(decoding: $0.bytes.dropFirst(folder.bytes.count), as: UTF8.self) }
            after = keys.last
            if keys.count < wanted || names.count == page.maximum { return try .keys(names) }
        }
    }
}
