package import CofferFramework
internal import CofferStorage

extension IdentityStore {
    /// Entities in the order of their ids.
    package func entities(_ page: Page) async throws -> [Entity] {
        var entities: [Entity] = []
        for id in try await names(in: "entity/id/", page) {
            if let entity = try await entity(id: id) { entities.append(entity) }
        }
        return entities
    }

    /// Entities in the order of their folded names.
    package func entitiesByName(_ page: Page) async throws -> [Entity] {
        var entities: [Entity] = []
        for name in try await names(in: "entity/name/", folding(page)) {
            if let entity = try await entity(name: name) { entities.append(entity) }
        }
        return entities
    }

    package func groups(_ page: Page) async throws -> [Group] {
        var groups: [Group] = []
        for id in try await names(in: "group/id/", page) {
            if let group = try await group(id: id) { groups.append(group) }
        }
        return groups
    }

    package func groupsByName(_ page: Page) async throws -> [Group] {
        var groups: [Group] = []
        for name in try await names(in: "group/name/", folding(page)) {
            if let group = try await group(name: name) { groups.append(group) }
        }
        return groups
    }

    /// Aliases of entities in the order of their ids.
    package func aliases(_ page: Page) async throws -> [Alias] {
        var aliases: [Alias] = []
        for id in try await names(in: "alias/id/", page) {
            if let alias = try await alias(id: id) { aliases.append(alias) }
        }
        return aliases
    }

    package func groupAliases(_ page: Page) async throws -> [Alias] {
        var aliases: [Alias] = []
        for id in try await names(in: "group-alias/id/", page) {
            if let alias = try await group(aliasID: id)?.alias { aliases.append(alias) }
        }
        return aliases
    }

    private func folding(_ page: Page) -> Page {
        var page = page
        page.after = folded(page.after)
        return page
    }

    /// All keys below a folder, at any depth: a name may hold slashes.
    private func names(in folder: StorageKey, _ page: Page) async throws -> [String] {
        var names: [String] = []
        var after = page.start.map { folder + $0 }
        while true {
            let wanted = min(1000, page.maximum.map { $0 - names.count } ?? 1000)
            let keys = try await view.scan(folder, after: after, limit: wanted)
            names += keys.map { String(decoding: $0.bytes.dropFirst(folder.bytes.count), as: UTF8.self) }
            after = keys.last
            if keys.count < wanted || names.count == page.maximum { return names }
        }
    }
}
