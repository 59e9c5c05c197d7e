package import CofferJSON

/// A name that a template may use for a part of the caller's identity.
///
/// Each part is looked up by what it belongs to, never by its place in a list (CVE-2021-43998).
package enum IdentityVariable: Sendable, Equatable {
    case entityID, entityName
    /// One key, or the whole map.
    case entityMetadata(String?)
    case groupNames, groupIDs
    case alias(accessor: String, AliasPart)
    case groupByID(String, GroupPart)
    /// A name and its part, not yet apart: a name may hold dots.
    case groupByName(String)

    package enum AliasPart: Sendable, Equatable {
        case id, name
        case metadata(String?)
        case customMetadata(String?)
    }

    package enum GroupPart: Sendable, Equatable {
        case id, name
        case metadata(String?)
    }

    /// Nil for a name that means nothing.
    package init?(_ text: String) {
        if let rest = Self.rest(text, after: "identity.entity.") {
            guard let variable = Self.entity(rest) else { return nil }
            self = variable
        } else if let rest = Self.rest(text, after: "identity.groups.ids.") {
            guard let dot = rest.firstIndex(of: "."), dot > rest.startIndex,
                let part = Self.groupPart(String(rest[rest.index(after: dot)...]))
            else { return nil }
            self = .groupByID(String(rest[..<dot]), part)
        } else if let rest = Self.rest(text, after: "identity.groups.names.") {
            self = .groupByName(rest)
        } else {
            return nil
        }
    }

    private static func entity(_ rest: String) -> IdentityVariable? {
        switch rest {
        case "id": return .entityID
        case "name": return .entityName
        case "metadata": return .entityMetadata(nil)
        case "groups.names": return .groupNames
        case "groups.ids": return .groupIDs
        default: break
        }
        if let key = Self.rest(rest, after: "metadata.") { return .entityMetadata(key) }
        guard let alias = Self.rest(rest, after: "aliases."), let dot = alias.firstIndex(of: "."),
            dot > alias.startIndex, let part = aliasPart(String(alias[alias.index(after: dot)...]))
        else { return nil }
        return .alias(accessor: String(alias[..<dot]), part)
    }

    private static func aliasPart(_ text: String) -> AliasPart? {
        switch text {
        case "id": return .id
        case "name": return .name
        case "metadata": return .metadata(nil)
        case "custom_metadata": return .customMetadata(nil)
        default: break
        }
        if let key = rest(text, after: "metadata.") { return .metadata(key) }
        return rest(text, after: "custom_metadata.").map { .customMetadata($0) }
    }

    private static func groupPart(_ text: String) -> GroupPart? {
        switch text {
        case "id": .id
        case "name": .name
        case "metadata": .metadata(nil)
        default: rest(text, after: "metadata.").map { .metadata($0) }
        }
    }

    /// What follows a prefix; nil when it is another prefix, or nothing follows.
    private static func rest(_ text: String, after prefix: String) -> String? {
        guard text.utf8.starts(with: prefix.utf8), text.utf8.count > prefix.utf8.count else { return nil }
        return String(decoding: text.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
    }
}

extension IdentityVariable {
    /// The value; nil when the identity has none.
    package func value(in view: IdentityView) -> JSON? {
        switch self {
        case .entityID: .string(view.entityID)
        case .entityName: .string(view.entityName)
        case .entityMetadata(let key): Self.entry(key, of: view.metadata)
        case .groupNames: .strings(view.groups.map(\.name))
        case .groupIDs: .strings(view.groups.map(\.id))
        case .alias(let accessor, let part):
            view.aliases.first { sameBytes($0.mountAccessor, accessor) }.flatMap { Self.part(part, of: $0) }
        case .groupByID(let id, let part):
            view.groups.first { sameBytes($0.id, id) }.flatMap { Self.part(part, of: $0) }
        case .groupByName(let text): Self.groupByName(text, in: view)
        }
    }

    private static func groupByName(_ text: String, in view: IdentityView) -> JSON? {
        for group in view.groups {
            guard let rest = rest(text, after: group.name + "."), let part = groupPart(rest) else { continue }
            return Self.part(part, of: group)
        }
        return nil
    }

    private static func part(_ part: AliasPart, of alias: IdentityView.Alias) -> JSON? {
        switch part {
        case .id: .string(alias.id)
        case .name: .string(alias.name)
        case .metadata(let key): entry(key, of: alias.metadata)
        case .customMetadata(let key): entry(key, of: alias.customMetadata)
        }
    }

    private static func part(_ part: GroupPart, of group: IdentityView.Group) -> JSON? {
        switch part {
        case .id: .string(group.id)
        case .name: .string(group.name)
        case .metadata(let key): entry(key, of: group.metadata)
        }
    }

    private static func entry(_ key: String?, of map: [String: String]) -> JSON? {
        guard let key else { return map.wire }
        return map.first { sameBytes($0.key, key) }.map { .string($0.value) }
    }
}
