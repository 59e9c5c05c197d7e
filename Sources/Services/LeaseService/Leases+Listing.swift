package import CofferStorage

extension Leases {
    /// One page of the leases below a path, and where the next one starts; nil when this was the last.
    package struct Page: Sendable {
        package let leases: [Lease]
        package let next: StorageKey?
    }

    /// The leases whose id starts with `path`, in order of their ids.
    package func page(below path: String, after: StorageKey? = nil) async throws -> Page {
        let keys = try await view.scan(Self.key(path), after: after, limit: 500)
        var found: [Lease] = []
        for key in keys {
            let id = String(decoding: key.bytes.dropFirst(3), as: UTF8.self)
            if let lease = try await view.get(key).flatMap({ Lease(id, encoded: $0) }) { found.append(lease) }
        }
        return Page(leases: found, next: keys.count < 500 ? nil : keys.last)
    }

    package func isEmpty(below path: String) async throws -> Bool {
        try await view.scan(Self.key(path), limit: 1).isEmpty
    }

    /// The names directly below a path, folders with their `/`.
    package func names(below path: String, after: String?, limit: Int?) async throws -> [String] {
        guard path.isEmpty else { return try await view.children(of: Self.key(path), after: after, limit: limit) }
        // The folder of the other namespaces is none of the root's.
        let names = try await view.children(of: Self.key(path), after: after, limit: limit.map { $0 + 1 })
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
        try await eachID(in: Self.key(LeaseID.kept("", in: namespaceID)), limit: nil) { name in
            // Of the root's, those of the other namespaces lie in between.
            if namespaceID == LeaseID.root, name.utf8.first == UInt8(ascii: "/") { return }
            try await body(name)
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
