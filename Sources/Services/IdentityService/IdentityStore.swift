internal import CofferBase
package import CofferFramework
internal import CofferJSON
internal import CofferStorage

/// The identities of one namespace.
///
/// | entry below `identity/<namespace>/` | holds |
/// |---|---|
/// | `entity/id/<id>` | the entity with its aliases |
/// | `entity/name/<folded name>` | its id |
/// | `entity/merged/<former id>` | the id of the entity it became part of |
/// | `alias/id/<id>`, `alias/name/<accessor>/<folded name>` | the id of the entity |
/// | `group/id/<id>` | the group with its alias |
/// | `group/name/<folded name>` | its id |
/// | `group-alias/id/<id>`, `group-alias/name/<accessor>/<folded name>` | the id of the group |
/// | `members/<group>/e/<entity>`, `members/<group>/g/<group>` | nothing: the key says who is in it |
/// | `memberships/e/<entity>/<group>`, `memberships/g/<group>/<group>` | nothing: the same, the other way |
///
/// Memberships are entries of their own, so that logins that join one group do not contend for it.
package struct IdentityStore: Sendable {
    let identities: Identities
    package let namespace: NamespaceReference
    let view: StorageView

    init(identities: Identities, namespace: NamespaceReference, view: StorageView) {
        self.identities = identities
        self.namespace = namespace
        self.view = view
    }

    // MARK: keys

    static func entityKey(_ id: String) -> StorageKey { StorageKey("entity/id/" + id) }
    static func entityNameKey(_ folded: String) -> StorageKey { StorageKey("entity/name/" + folded) }
    static func mergedKey(_ id: String) -> StorageKey { StorageKey("entity/merged/" + id) }
    static func aliasKey(_ id: String) -> StorageKey { StorageKey("alias/id/" + id) }
    static func aliasNameKey(_ factor: AliasFactor) -> StorageKey {
        StorageKey("alias/name/\(factor.mountAccessor)/\(factor.name)")
    }
    static func groupKey(_ id: String) -> StorageKey { StorageKey("group/id/" + id) }
    static func groupNameKey(_ folded: String) -> StorageKey { StorageKey("group/name/" + folded) }
    static func groupAliasKey(_ id: String) -> StorageKey { StorageKey("group-alias/id/" + id) }
    static func groupAliasNameKey(_ factor: AliasFactor) -> StorageKey {
        StorageKey("group-alias/name/\(factor.mountAccessor)/\(factor.name)")
    }

    // MARK: reading

    package func entity(id: String) async throws -> Entity? {
        try await view.get(Self.entityKey(id)).map { try Entity(stored: $0) }
    }

    package func entity(name: String) async throws -> Entity? {
        guard let name = try? CanonicalName(name), let id = try await pointer(Self.entityNameKey(name.text)) else {
            return nil
        }
        return try await entity(id: id)
    }

    package func entity(aliasID: String) async throws -> Entity? {
        guard let id = try await pointer(Self.aliasKey(aliasID)) else { return nil }
        return try await entity(id: id)
    }

    package func entity(mountAccessor: String, aliasName: String) async throws -> Entity? {
        guard let name = try? CanonicalName(aliasName),
            let id = try await pointer(Self.aliasNameKey(AliasFactor(mountAccessor, name)))
        else { return nil }
        return try await entity(id: id)
    }

    package func alias(id: String) async throws -> Alias? {
        try await entity(aliasID: id)?.aliases.first { $0.id == id }
    }

    package func group(id: String) async throws -> Group? {
        try await view.get(Self.groupKey(id)).map { try Group(stored: $0) }
    }

    package func group(name: String) async throws -> Group? {
        guard let name = try? CanonicalName(name), let id = try await pointer(Self.groupNameKey(name.text)) else {
            return nil
        }
        return try await group(id: id)
    }

    package func group(aliasID: String) async throws -> Group? {
        guard let id = try await pointer(Self.groupAliasKey(aliasID)) else { return nil }
        return try await group(id: id)
    }

    package func group(mountAccessor: String, aliasName: String) async throws -> Group? {
        guard let name = try? CanonicalName(aliasName),
            let id = try await pointer(Self.groupAliasNameKey(AliasFactor(mountAccessor, name)))
        else { return nil }
        return try await group(id: id)
    }

    func pointer(_ key: StorageKey) async throws -> String? {
        try await view.get(key).map { String(decoding: $0, as: UTF8.self) }
    }

    // MARK: reading within a change

    func entity(id: String, in transaction: inout Transaction) async throws -> Entity? {
        try await transaction.get(Self.entityKey(id), identities.entities) { try Entity(stored: $0) }
    }

    func group(id: String, in transaction: inout Transaction) async throws -> Group? {
        try await transaction.get(Self.groupKey(id)).map { try Group(stored: $0) }
    }

    func pointer(_ key: StorageKey, in transaction: inout Transaction) async throws -> String? {
        try await transaction.get(key).map { String(decoding: $0, as: UTF8.self) }
    }

    var now: Timestamp { identities.clock.now }
    func newID() throws -> String { try identities.random.uuid() }

    /// `entity_1a2b3c4d`: what is called by nobody.
    func newName(_ kind: String) throws -> String { "\(kind)_" + Hex.encode(try identities.random.bytes(4)) }
}
