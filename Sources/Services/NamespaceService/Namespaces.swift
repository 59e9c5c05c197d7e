package import CofferBase
package import CofferFramework
package import CofferStorage
internal import Synchronization

/// The namespaces: stored one entry each, published as one table.
///
/// A namespace costs its entry, here and in storage; all else that belongs to it comes to be when it is used.
package final class Namespaces: Sendable {
    private let view: StorageView
    private let random: RandomSource
    private let current = Snapshot(NamespaceTable())
    /// Paths, in their one spelling, of namespaces that are being created.
    private let claims = Mutex<Set<String>>([])

    package init(storage: any TransactionalStorage, random: RandomSource) {
        view = StorageView(storage, prefix: "core/namespaces/")
        self.random = random
    }

    package var table: NamespaceTable { current.value }

    /// Reads all entries at unseal.
    /// - Returns: how many could not be read; they are left out.
    package func load() async throws -> Int {
        var loaded = NamespaceTable()
        var damaged = 0
        for name in try await view.children(of: "") {
            guard let bytes = try await view.get(StorageKey(name)) else { continue }
            guard let entry = NamespaceEntry(encoded: bytes) else {
                damaged += 1
                continue
            }
            loaded.set(Namespace(entry))
        }
        current.replace(with: loaded)
        return damaged
    }

    /// The namespace with this id; nil when there is none (any more).
    package func reference(_ id: String) -> NamespaceReference? {
        id == NamespaceReference.root.id ? .root : current.value.namespace(id: id)?.reference
    }

    // MARK: changing

    /// Makes a namespace.
    /// - Parameter conflict: the mount that a path below `parent` lies in or above, if any.
    package func create(
        _ name: String, in parent: NamespaceReference, metadata: [String: String],
        conflict: (_ path: String) -> String?
    ) async throws -> Namespace {
        let name = try NamespaceNames.checked(name)
        try Self.checkMetadata(metadata)
        let path = parent.path + name + "/"
        let form = NamespaceNames.folded(path)
        try claim(path, form)
        defer { claims.withLock { _ = $0.remove(form) } }
        if let mount = conflict(name + "/") { throw NamespaceTexts.mountConflict(mount) }
        var entry = NamespaceEntry(id: try newID(), uuid: try random.uuid(), path: path)
        entry.customMetadata = metadata
        try await view.put(StorageKey(entry.id), entry.encoded())
        let namespace = Namespace(entry)
        current.update { $0.set(namespace) }
        return namespace
    }

    private func claim(_ path: String, _ form: String) throws(EngineError) {
        let table = current.value
        if table[path]?.entry.isDeleting == true { throw NamespaceTexts.tainted }
        let isFree = claims.withLock { claims in !table.hasTwin(of: path, folded: form) && claims.insert(form).inserted
        }
        if !isFree { throw NamespaceTexts.twin }
    }

    /// Five characters, as Vault's: what ends tokens and lease ids.
    private func newID() throws -> String {
        while true {
            let id = try random.base62(5)
            if current.value.namespace(id: id) == nil, id != NamespaceReference.root.id { return id }
        }
    }

    /// Changes an entry; nothing changes in one that is being deleted.
    @discardableResult
    package func update(_ id: String, _ change: (inout NamespaceEntry) throws -> Void) async throws -> Namespace {
        let entry = try await view.transaction { transaction in
            guard let bytes = try await transaction.get(StorageKey(id)), var entry = NamespaceEntry(encoded: bytes)
            else { throw NamespaceTexts.unknown }
            if entry.isDeleting { throw NamespaceTexts.tainted }
            try change(&entry)
            try Self.checkMetadata(entry.customMetadata)
            entry.revision += 1
            transaction.put(StorageKey(id), entry.encoded())
            return entry
        }
        return current.update { table in
            guard let known = table.namespace(id: id), known.entry.revision < entry.revision else {
                return table.namespace(id: id) ?? Namespace(entry)
            }
            let changed = Namespace(entry, known.visitors)
            table.set(changed)
            return changed
        }
    }

    /// Takes a namespace out of service. From then on nobody gets in.
    package func beginDeletion(of id: String) async throws -> Namespace {
        if let known = current.value.namespace(id: id), known.entry.isDeleting { return known }
        return try await update(id) { $0.isDeleting = true }
    }

    /// Forgets a namespace of which nothing else is left.
    package func finishDeletion(of id: String) async throws {
        try await view.delete(StorageKey(id))
        current.update { $0.remove(id) }
    }

    private static func checkMetadata(_ metadata: [String: String]) throws(EngineError) {
        guard metadata.count <= 64,
            metadata.allSatisfy({ (1...128).contains($0.key.utf8.count) && $0.value.utf8.count <= 512 })
        else {
            throw .badRequest("custom_metadata can have 64 keys of at most 128 bytes, with values of at most 512 bytes")
        }
    }
}
