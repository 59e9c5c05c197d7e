internal import CofferFramework
package import CofferStorage

/// Who logged in, as the auth method named them.
package struct LoginAlias: Sendable {
    package var name: String
    package var mountAccessor: String
    package var isLocal: Bool
    package var metadata: [String: String]
    package var groupNames: [String]

    package init(
        name: String, mountAccessor: String, isLocal: Bool, metadata: [String: String], groupNames: [String]
    ) {
        self.name = name
        self.mountAccessor = mountAccessor
        self.isLocal = isLocal
        self.metadata = metadata
        self.groupNames = groupNames
    }
}

/// What a login found or made.
package struct LoginResult: Sendable {
    package let entityID: String
    package let isNew: Bool
    package let isDisabled: Bool
    /// Something about the entity or its groups is not what it was before.
    let hasChanged: Bool
}

extension IdentityStore {
    /// Finds or makes the entity of an alias, and brings its memberships in external groups up to date,
    /// inside a transaction that also issues the token. Call `loginCommitted` once it has committed.
    package func stageLogin(_ login: LoginAlias, in transaction: inout Transaction) async throws -> LoginResult {
        let name = try CanonicalName(login.name, of: "alias name")
        return try await transaction.within(view) { transaction in
            let old = try await owner(of: AliasFactor(login.mountAccessor, name), in: &transaction)
            var entity = try old ?? makeEntity()
            if entity.isDisabled {
                return LoginResult(entityID: entity.id, isNew: false, isDisabled: true, hasChanged: false)
            }
            let isOther = try note(login, name, on: &entity)
            if isOther { save(entity, replacing: old, in: &transaction) }
            let hasMoved = try await refreshGroups(
                ofEntity: entity.id, login.groupNames, at: login.mountAccessor, in: &transaction)
            return LoginResult(
                entityID: entity.id, isNew: old == nil, isDisabled: false, hasChanged: isOther || hasMoved)
        }
    }

    /// Memberships that follow an auth method, made true again when it renews a token.
    package func refreshGroups(ofEntity id: String, _ names: [String], at mountAccessor: String) async throws {
        let hasMoved = try await view.transaction { transaction in
            try await refreshGroups(ofEntity: id, names, at: mountAccessor, in: &transaction)
        }
        if hasMoved { forget(id) }
    }

    /// The same for a login that may not get a token yet.
    package func login(_ login: LoginAlias) async throws -> LoginResult {
        let result = try await view.transaction { transaction in try await stageLogin(login, in: &transaction) }
        loginCommitted(result)
        return result
    }

    /// Most logins change nothing: then what is known of the caller stays good, and so do the rules made from it.
    package func loginCommitted(_ login: LoginResult) {
        if login.hasChanged { forget(login.entityID) }
    }

    private func owner(of factor: AliasFactor, in transaction: inout Transaction) async throws -> Entity? {
        guard let id = try await pointer(Self.aliasNameKey(factor), in: &transaction) else { return nil }
        return try await entity(id: id, in: &transaction)
    }

    /// Writes what the method says about the alias; the other aliases keep theirs (CVE-2022-40186).
    /// - Returns: whether anything changed.
    private func note(_ login: LoginAlias, _ name: CanonicalName, on entity: inout Entity) throws -> Bool {
        let factor = AliasFactor(login.mountAccessor, name)
        if let index = entity.aliases.firstIndex(where: { $0.has(factor) }) {
            if entity.aliases[index].metadata == login.metadata { return false }
            entity.aliases[index].metadata = login.metadata
            entity.aliases[index].lastUpdateTime = now
            return true
        }
        var alias = try makeAlias(of: entity.id, at: login.mountAccessor, name, isLocal: login.isLocal)
        alias.metadata = login.metadata
        entity.aliases.append(alias)
        return true
    }

    /// Enters the external groups of this mount that were named, and leaves its others.
    /// - Returns: whether there were any of either.
    private func refreshGroups(
        ofEntity id: String, _ names: [String], at mountAccessor: String, in transaction: inout Transaction
    ) async throws -> Bool {
        var wanted: Set<String> = []
        for text in names {
            // A group name that cannot be told from another one gives nothing; the login itself stands.
            guard let name = try? CanonicalName(text) else { continue }
            let key = Self.groupAliasNameKey(AliasFactor(mountAccessor, name))
            if let group = try await pointer(key, in: &transaction) { wanted.insert(group) }
        }
        let current = Set(try await knownGroupIDs(ofEntity: id))
        for group in wanted.subtracting(current) { try await enter(group, .entity(id), in: &transaction) }
        var hasMoved = !wanted.isSubset(of: current)
        for groupID in current.subtracting(wanted) {
            guard let group = try await group(id: groupID, in: &transaction), group.kind == .external,
                group.alias?.mountAccessor == mountAccessor
            else { continue }
            leave(groupID, .entity(id), in: &transaction)
            hasMoved = true
        }
        return hasMoved
    }
}
