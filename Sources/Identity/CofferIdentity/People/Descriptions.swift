internal import CofferBase
internal import CofferFramework
internal import CofferJSON
internal import IdentityService

extension [String: String] {
    /// Null when empty, as Vault prints maps.
    var wireOrNull: JSON { isEmpty ? .null : wire }
}

extension [String] {
    var wireOrNull: JSON { isEmpty ? .null : .strings(self) }
}

extension Alias {
    /// As the answers about its owner show it.
    func shown(_ mounts: MountLabels, isOfGroup: Bool = false) -> JSONObject {
        var object: JSONObject = [
            "canonical_id": .string(canonicalID), "creation_time": .string(creationTime.rfc3339),
            "id": .string(id), "last_update_time": .string(lastUpdateTime.rfc3339),
            "merged_from_canonical_ids": mergedFromCanonicalIDs.wireOrNull, "metadata": metadata.wireOrNull,
            "mount_accessor": .string(mountAccessor), "name": .string(name),
        ]
        if !isOfGroup {
            object["custom_metadata"] = customMetadata.wireOrNull
            object["local"] = .bool(isLocal)
        }
        mounts.add(mountAccessor, to: &object)
        return object
    }

    /// As lists of owners show it.
    func brief(_ mounts: MountLabels) -> JSONObject {
        var object: JSONObject = [
            "id": .string(id), "mount_accessor": .string(mountAccessor), "name": .string(name),
        ]
        mounts.add(mountAccessor, to: &object)
        return object
    }
}

extension Entity {
    /// As a read shows it, but for groups.
    func shown(_ mounts: MountLabels, namespaceID: String) -> JSONObject {
        [
            "aliases": .array(aliases.map { .object($0.shown(mounts)) }),
            "creation_time": .string(creationTime.rfc3339), "disabled": .bool(isDisabled), "id": .string(id),
            "last_update_time": .string(lastUpdateTime.rfc3339), "merged_entity_ids": mergedEntityIDs.wireOrNull,
            "metadata": metadata.wireOrNull, "name": .string(name), "namespace_id": .string(namespaceID),
            "policies": .strings(policies),
        ]
    }

    func brief(_ mounts: MountLabels) -> JSONObject {
        var object: JSONObject = ["name": .string(name)]
        if !aliases.isEmpty { object["aliases"] = .array(aliases.map { .object($0.brief(mounts)) }) }
        return object
    }
}

extension Group {
    /// As a read shows it, but for members and parents.
    func shown(_ mounts: MountLabels, namespaceID: String) -> JSONObject {
        [
            "alias": .object(alias?.shown(mounts, isOfGroup: true) ?? [:]),
            "creation_time": .string(creationTime.rfc3339), "id": .string(id),
            "last_update_time": .string(lastUpdateTime.rfc3339), "metadata": metadata.wireOrNull,
            "modify_index": .int(modifyIndex), "name": .string(name), "namespace_id": .string(namespaceID),
            "policies": .strings(policies), "type": .string(kind.rawValue),
        ]
    }
}

extension Reply {
    /// A list with a few facts about each entry; an empty one is the contract's 404.
    static func list(_ keys: [String], info: [(String, JSONObject)]) throws(EngineError) -> Reply {
        if keys.isEmpty { throw .notFound }
        let members = info.map { JSONObject.Member(key: $0.0, value: .object($0.1)) }
        return .data(["key_info": .object(JSONObject(uniqueMembers: members)), "keys": .strings(keys)])
    }
}
