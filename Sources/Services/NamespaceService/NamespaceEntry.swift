package import CofferFramework
internal import CofferJSON

/// A namespace as it is stored, at `core/namespaces/<id>`.
package struct NamespaceEntry: Sendable {
    package let id: String
    package let uuid: String
    /// From the root, with its `/`.
    package let path: String
    package var customMetadata: [String: String] = [:]
    /// SHA-256 of the key that opens its lock, in hexadecimal; empty when it is not locked.
    package var lock = ""
    /// Deleted: refuses requests while what it holds is removed; resumed after a restart.
    package var isDeleting = false
    /// Counts the changes, so that an older one is never published over a newer one.
    var revision: Int64 = 0

    init(id: String, uuid: String, path: String) {
        self.id = id
        self.uuid = uuid
        self.path = path
    }

    package var reference: NamespaceReference { NamespaceReference(id: id, path: path) }
    package var isLocked: Bool { !lock.isEmpty }

    func encoded() -> [UInt8] {
        var object: JSONObject = [
            "id": .string(id), "uuid": .string(uuid), "path": .string(path), "revision": .int(revision),
        ]
        if !customMetadata.isEmpty { object["metadata"] = .object(customMetadata.mapValues(JSON.string).object) }
        if isLocked { object["lock"] = .string(lock) }
        if isDeleting { object["deleting"] = true }
        return JSON.object(object).serialized()
    }

    /// Nil when the record is damaged.
    init?(encoded bytes: [UInt8]) {
        guard let object = try? JSON.parseObject(bytes, limits: .trusted), let id = object["id"]?.stringValue,
            let uuid = object["uuid"]?.stringValue, let path = object["path"]?.stringValue, path.hasSuffix("/")
        else { return nil }
        self.init(id: id, uuid: uuid, path: path)
        for member in object["metadata"]?.objectValue?.members ?? [] {
            customMetadata[member.key] = member.value.stringValue ?? ""
        }
        lock = object["lock"]?.stringValue ?? ""
        isDeleting = object["deleting"]?.boolValue ?? false
        revision = object["revision"]?.intValue ?? 0
    }
}

extension [String: JSON] {
    fileprivate var object: JSONObject {
        JSONObject(uniqueMembers: sorted { $0.key < $1.key }.map { JSONObject.Member(key: $0.key, value: $0.value) })
    }
}
