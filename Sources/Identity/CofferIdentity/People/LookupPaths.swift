internal import CofferCore
internal import CofferFramework
internal import IdentityService

/// `lookup/entity` and `lookup/group`: found by whatever is known of them.
struct LookupPaths {
    let core: Core

    struct Query: Sendable {
        var id: String?
        var name: String?
        var aliasID: String?
        var aliasName: String?
        var aliasMountAccessor: String?

        static let schema = Schema<Query>(
            { Query() },
            [
                Field("id", \.id, "Its id."), Field("name", \.name, "Its name."),
                Field("alias_id", \.aliasID, "The id of an alias of it."),
                Field("alias_name", \.aliasName, "The name of an alias of it; with alias_mount_accessor."),
                Field("alias_mount_accessor", \.aliasMountAccessor, "The mount of the alias; with alias_name."),
            ])

        enum Key { case id(String), name(String), aliasID(String), alias(name: String, accessor: String) }

        /// The one thing that was asked for.
        func key() throws(EngineError) -> Key {
            let given = [id, name, aliasID, aliasName, aliasMountAccessor].compactMap { $0 }
            if given.isEmpty { throw IdentityTexts.noQuery }
            if let aliasName, let aliasMountAccessor, given.count == 2 {
                return .alias(name: aliasName, accessor: aliasMountAccessor)
            }
            if given.count > 1 { throw IdentityTexts.queryConflict }
            if let id { return .id(id) }
            if let name { return .name(name) }
            if let aliasID { return .aliasID(aliasID) }
            throw IdentityTexts.halfFactors
        }
    }

    var paths: [Path] {
        [
            Path(
                "lookup/entity", "Find an entity.",
                [
                    Verb(.update, "entity-look-up", "Find an entity.", Query.schema) { call, query in
                        let store = try core.identities(call)
                        let entity =
                            switch try query.key() {
                            case .id(let id): try await store.entity(id: id)
                            case .name(let name): try await store.entity(name: name)
                            case .aliasID(let id): try await store.entity(aliasID: id)
                            case .alias(let name, let accessor):
                                try await store.entity(mountAccessor: accessor, aliasName: name)
                            }
                        return entity == nil ? .empty : try await core.read(entity, call)
                    }
                ]),
            Path(
                "lookup/group", "Find a group.",
                [
                    Verb(.update, "group-look-up", "Find a group.", Query.schema) { call, query in
                        let store = try core.identities(call)
                        let group =
                            switch try query.key() {
                            case .id(let id): try await store.group(id: id)
                            case .name(let name): try await store.group(name: name)
                            case .aliasID(let id): try await store.group(aliasID: id)
                            case .alias(let name, let accessor):
                                try await store.group(mountAccessor: accessor, aliasName: name)
                            }
                        return group == nil ? .empty : try await core.read(group, call)
                    }
                ]),
        ]
    }
}
