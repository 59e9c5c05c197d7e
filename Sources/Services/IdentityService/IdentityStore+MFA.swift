internal import CofferBase
internal import CofferFramework
package import CofferJSON
internal import CofferStorage

/// A secret as its owner takes it into an app, told once.
package struct NewOneTimePassword: Sendable {
    package let method: MFAMethod
    package let secret: String
}

extension IdentityStore {
    static func methodKey(_ id: String) -> StorageKey { StorageKey("mfa/method/" + id) }
    static func methodNameKey(_ folded: String) -> StorageKey { StorageKey("mfa/method-name/" + folded) }
    static func enforcementKey(_ name: String) -> StorageKey { StorageKey("mfa/enforcement/" + name) }
    static func secretKey(_ entity: String, _ method: String) -> StorageKey {
        StorageKey("mfa/secret/\(entity)/\(method)")
    }

    // MARK: methods

    package func method(id: String) async throws -> MFAMethod? {
        try await view.get(Self.methodKey(id)).map { try MFAMethod(stored: $0) }
    }

    /// The method with this id, or else with this name.
    func method(named text: String) async throws -> MFAMethod? {
        if let method = try await method(id: text) { return method }
        guard let name = try? CanonicalName(text), let id = try await pointer(Self.methodNameKey(name.text)) else {
            return nil
        }
        return try await method(id: id)
    }

    package func methods(_ kind: MFAMethod.Kind?) async throws -> [MFAMethod] {
        var methods: [MFAMethod] = []
        for id in try await view.children(of: "mfa/method/") {
            if let method = try await method(id: id), kind == nil || method.kind == kind { methods.append(method) }
        }
        return methods
    }

    /// Creates a method, or changes the one with this id.
    package func write(_ fields: JSONObject, _ kind: MFAMethod.Kind, methodID: String?) async throws -> MFAMethod {
        let method = try await view.transaction { transaction in
            var old: MFAMethod?
            if let methodID {
                old = try await transaction.get(Self.methodKey(methodID)).map { try MFAMethod(stored: $0) }
                guard old?.kind == kind else { throw MFATexts.unknownMethod }
            }
            var method = old ?? MFAMethod()
            method.kind = kind
            if method.id.isEmpty { method.id = try newID() }
            try MFAMethod.input(of: kind).merge(fields, into: &method)
            try method.check()
            try await claimName(of: method, old, in: &transaction)
            transaction.put(Self.methodKey(method.id), method.stored)
            return method
        }
        forgetGroups()
        return method
    }

    private func claimName(of method: MFAMethod, _ old: MFAMethod?, in transaction: inout Transaction) async throws {
        if let old, !old.name.isEmpty { transaction.delete(Self.methodNameKey(folded(old.name))) }
        if method.name.isEmpty { return }
        let name = try CanonicalName(method.name, of: "method name")
        if let holder = try await pointer(Self.methodNameKey(name.text), in: &transaction), holder != method.id {
            throw MFATexts.methodNameTaken
        }
        transaction.put(Self.methodNameKey(name.text), Array(method.id.utf8))
    }

    package func deleteMethod(id: String, _ kind: MFAMethod.Kind) async throws {
        guard let method = try await method(id: id), method.kind == kind else { return }
        if try await enforcements().contains(where: { $0.methodIDs.contains(id) }) { throw MFATexts.methodInUse }
        try await view.transaction { transaction in
            transaction.delete(Self.methodKey(id))
            if !method.name.isEmpty { transaction.delete(Self.methodNameKey(folded(method.name))) }
        }
        forgetGroups()
    }

    // MARK: enforcements

    /// All of them, kept until one changes: every login asks.
    package func enforcements() async throws -> [LoginEnforcement] {
        if let known = identities.cache.enforcements(namespace.id) { return known }
        let generation = identities.cache.generation(IdentityCache.Key(namespace: namespace.id, id: ""))
        var all: [LoginEnforcement] = []
        for name in try await view.children(of: "mfa/enforcement/") {
            if let found = try await enforcement(name) { all.append(found) }
        }
        identities.cache.insert(all, for: namespace.id, ifStill: generation)
        return all
    }

    package func enforcement(_ name: String) async throws -> LoginEnforcement? {
        try await view.get(Self.enforcementKey(name)).map { try LoginEnforcement(stored: $0) }
    }

    package func write(_ given: LoginEnforcement) async throws {
        if given.methodIDs.isEmpty { throw MFATexts.noMethods }
        let targets = [given.mountAccessors, given.mountTypes, given.groupIDs, given.entityIDs]
        if targets.allSatisfy(\.isEmpty) { throw MFATexts.noTargets }
        try await view.transaction { transaction in
            var enforcement = given
            for id in given.methodIDs where try await transaction.get(Self.methodKey(id)) == nil {
                throw MFATexts.unknownMethod
            }
            for id in given.groupIDs where try await transaction.get(Self.groupKey(id)) == nil {
                throw IdentityTexts.unknownGroup
            }
            for id in given.entityIDs where try await transaction.get(Self.entityKey(id)) == nil {
                throw IdentityTexts.unknownEntity
            }
            let key = Self.enforcementKey(given.name)
            let old = try await transaction.get(key).map { try LoginEnforcement(stored: $0) }
            enforcement.id = try old?.id ?? newID()
            transaction.put(key, enforcement.stored)
        }
        forgetGroups()
    }

    package func deleteEnforcement(_ name: String) async throws {
        try await view.delete(Self.enforcementKey(name))
        forgetGroups()
    }

    // MARK: secrets

    /// Draws a secret for an entity. - Returns: nil when it has one already.
    package func newSecret(methodID: String, entityID: String) async throws -> NewOneTimePassword? {
        guard let method = try await method(id: methodID), method.kind == .totp else { throw MFATexts.unknownMethod }
        var password = OneTimePassword()
        password.secret = Base32.encode(try identities.random.bytes(Int(method.keySize)))
        password.algorithm = method.algorithm
        password.digits = method.digits
        password.period = method.period
        password.skew = method.skew
        let fresh = password
        let isNew = try await view.transaction { transaction in
            guard try await transaction.get(Self.entityKey(entityID)) != nil else { throw IdentityTexts.unknownEntity }
            let key = Self.secretKey(entityID, methodID)
            if try await transaction.get(key) != nil { return false }
            transaction.put(key, fresh.stored)
            return true
        }
        return isNew ? NewOneTimePassword(method: method, secret: fresh.secret) : nil
    }

    package func deleteSecret(methodID: String, entityID: String) async throws {
        guard let method = try await method(id: methodID), method.kind == .totp else { throw MFATexts.unknownMethod }
        try await view.delete(Self.secretKey(entityID, methodID))
    }

    /// Methods that the entity has a secret for.
    func secretMethods(ofEntity id: String) async throws -> [String] {
        try await view.children(of: StorageKey("mfa/secret/\(id)/"))
    }
}
