internal import CofferBase
internal import CofferStorage

extension Leases {
    /// One page of the leases below a path, and the id behind which the next one starts; nil when this was the last.
    package struct Page: Sendable {
        package let leases: [Lease]
        package let next: String?
    }

    /// The leases below a folder, in order of their ids.
    package func page(below path: String, after: String? = nil) async throws -> Page {
        let ids = try await entries.ids(below: path, after: after, limit: 500)
        var found: [Lease] = []
        for id in ids {
            if let lease = try await load(id) { found.append(lease) }
        }
        return Page(leases: found, next: ids.count < 500 ? nil : ids.last)
    }

    package func isEmpty(below path: String) async throws -> Bool {
        try await entries.ids(below: path, limit: 1).isEmpty
    }

    /// The names directly below a folder, those of folders with their `/`.
    package func names(below path: String, after: String?, limit: Int?) async throws -> [String] {
        guard path.isEmpty else { return try await entries.names(below: path, after: after, limit: limit) }
        // The folder of the other namespaces is none of the root's.
        let names = try await entries.names(below: path, after: after, limit: limit.map { $0 + 1 })
        return Array(names.filter { $0 != "/" }.prefix(limit ?? .max))
    }

    /// The leases that nobody could revoke, in order of their ids.
    package func irrevocable(limit: Int?) async throws -> [Lease] {
        var found: [Lease] = []
        try await eachID(in: "irrevocable/", limit: limit) { id in
            if let lease = try await load(id) { found.append(lease) }
        }
        return found
    }

    package func irrevocableCount() async throws -> Int {
        var count = 0
        try await eachID(in: "irrevocable/", limit: nil) { _ in count += 1 }
        return count
    }

    /// Calls `body` with every lease id of a namespace, as callers in it know it, without reading the leases.
    package func eachID(in namespaceID: String, _ body: (String) async throws -> Void) async throws {
        let folder = LeaseID.kept("", in: namespaceID)
        var after: String?
        while true {
            let ids = try await entries.ids(below: folder, after: after, limit: 1000)
            // Of the root's, those of the other namespaces lie in between.
            for id in ids where namespaceID != LeaseID.root || id.utf8.first != UInt8(ascii: "/") {
                try await body(String(id.dropFirst(folder.count)))
            }
            guard ids.count == 1000 else { return }
            after = ids.last
        }
    }

    /// Calls `body` with the key of each token that holds leases and the number of them, without reading these.
    package func eachHolder(_ body: (String, Int) async throws -> Void) async throws {
        for name in try await view.children(of: "token/") {
            var count = 0
            try await eachID(in: StorageKey("token/" + name), limit: nil) { _ in count += 1 }
            try await body(String(name.dropLast()), count)
        }
    }

    private func eachID(
        in folder: StorageKey, limit: Int?, _ body: (String) async throws -> Void
    ) async throws {
        var after: StorageKey?
        var left = limit ?? .max
        while left > 0 {
            let wanted = min(1000, left)
            let keys = try await view.scan(folder, after: after, limit: wanted)
            for key in keys {
                try await body(String(decoding: key.bytes.dropFirst(folder.bytes.count), as: UTF8.self))
            }
            guard keys.count == wanted, let last = keys.last else { return }
            after = last
            left -= wanted
        }
    }
}
