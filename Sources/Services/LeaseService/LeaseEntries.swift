internal import CofferBase
internal import CofferJSON
internal import CofferStorage

/// Where leases are read: below their ids, or in the entries of the tokens whose leases they are.
struct LeaseEntries: Sendable {
    let view: StorageView
    /// The entries of tokens, by their keys.
    let tokens: StorageView

    /// What there is of a lease.
    enum Found {
        case nothing
        /// With what storage says of it, if it cannot even read it.
        case damaged(StorageError?)
        case lease(Lease)

        var lease: Lease? { if case .lease(let lease) = self { lease } else { nil } }
    }

    static func key(_ id: String) -> StorageKey { StorageKey("id/" + id) }
    static func windowKey(_ id: String) -> StorageKey { StorageKey("window/" + id) }

    /// Nil when there is none, or when its record is damaged.
    func load(_ id: String) async throws -> Lease? {
        if let key = LeaseID.timedKey(ofLease: id), let lease = try await heldLease(ofToken: StorageKey(key)),
            lease.id == id
        {
            return lease
        }
        return try await view.get(Self.key(id)).flatMap { Lease(id, encoded: $0) }
    }

    /// The lease as the transaction sees it.
    func find(_ id: String, in transaction: inout Transaction) async throws -> Found {
        do {
            if let key = LeaseID.timedKey(ofLease: id) {
                let stored = try await transaction.within(tokens) { try await $0.get(StorageKey(key)) }
                if let stored {
                    guard let object = try? JSON.parseObject(stored, limits: .trusted) else { return .damaged(nil) }
                    if let lease = Lease(id, inEntryOfToken: object) { return .lease(lease) }
                }
            }
            guard let stored = try await transaction.within(view, { try await $0.get(Self.key(id)) }) else {
                return .nothing
            }
            return Lease(id, encoded: stored).map { .lease($0) } ?? .damaged(nil)
        } catch let error as StorageError {
            guard case .integrity = error else { throw error }
            return .damaged(error)
        }
    }

    // MARK: listing

    /// Ids that begin with `path`, a folder or empty, in their order, from the one after `after` on.
    func ids(below path: String, after: String? = nil, limit: Int) async throws -> [String] {
        let keys = try await view.scan(Self.key(path), after: after.map { Self.key($0) }, limit: limit)
        let own = keys.map { String(decoding: $0.bytes.dropFirst(3), as: UTF8.self) }
        let held = try await heldIDs(below: path, after: after, limit: limit)
        return held.isEmpty ? own : Self.merge(own, held, limit)
    }

    private func heldIDs(below path: String, after: String?, limit: Int) async throws -> [String] {
        var found: [String] = []
        // The window that `after` may lie in comes before it.
        var last = after.map { Self.windowKey($0) }
        if let after, let window = TokenWindow(ofLease: after) {
            found = try await ids(in: window, after: LeaseID.timedKey(ofLease: after), limit: limit)
            last = Self.windowKey(window.id)
        }
        while found.count < limit {
            let keys = try await view.scan(Self.windowKey(path), after: last, limit: 100)
            for key in keys where found.count < limit {
                guard let window = Self.window(key) else { continue }
                found += try await ids(in: window, limit: limit - found.count)
            }
            guard keys.count == 100 else { break }
            last = keys.last
        }
        return found
    }

    static func window(_ key: StorageKey) -> TokenWindow? {
        TokenWindow(id: String(decoding: key.bytes.dropFirst(7), as: UTF8.self))
    }

    private func ids(in window: TokenWindow, after key: String? = nil, limit: Int) async throws -> [String] {
        try await keys(in: window, after: key, limit: limit).map { window.home + "/" + $0 }
    }

    /// The keys of a window's tokens, in their order.
    func keys(in window: TokenWindow, after key: String? = nil, limit: Int = .max) async throws -> [String] {
        var found: [String] = []
        var after = key.map { StorageKey($0) }
        while found.count < limit {
            let wanted = min(1000, limit - found.count)
            let keys = try await tokens.scan(StorageKey(window.stem), after: after, limit: wanted)
            found += keys.map(\.description)
            guard keys.count == wanted, let last = keys.last else { break }
            after = last
        }
        return found
    }

    /// Nil when it holds none, or when it is damaged.
    func heldLease(ofToken key: StorageKey) async throws -> Lease? {
        do {
            guard let stored = try await tokens.get(key), let object = try? JSON.parseObject(stored, limits: .trusted),
                let id = object["lease_id"]?.stringValue
            else { return nil }
            return Lease(id, inEntryOfToken: object)
        } catch StorageError.integrity {
            return nil
        }
    }

    /// The names directly below a path, folders with their `/`.
    func names(below path: String, after: String?, limit: Int?) async throws -> [String] {
        let own = try await view.children(of: Self.key(path), after: after, limit: limit)
        var held: [String] = []
        // A window comes before the names of its tokens.
        let first = after.map { TokenWindow(ofLease: path + $0)?.stem ?? $0 }
        for name in try await windowNames(below: path, from: first, after: after) {
            guard held.count < limit ?? .max else { break }
            if name.hasSuffix("/") {
                if try await !ids(below: path + name, limit: 1).isEmpty { held.append(name) }
            } else if let window = TokenWindow(id: path + name) {
                let isFirst = name == first && first != after
                held += try await keys(
                    in: window, after: isFirst ? after : nil, limit: limit.map { $0 - held.count } ?? .max)
            }
        }
        return Self.merge(own, held, limit ?? .max)
    }

    private func windowNames(below path: String, from first: String?, after: String?) async throws -> [String] {
        let folder = Self.windowKey(path)
        var names = try await view.children(of: folder, after: first)
        if let first, first != after, try await view.contains(folder + first) { names.insert(first, at: 0) }
        return names
    }

    /// What both have once, in the order of the bytes.
    private static func merge(_ some: [String], _ others: [String], _ limit: Int) -> [String] {
        if others.isEmpty { return some }
        let all = Set(some).union(others).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return Array(all.prefix(limit))
    }
}
