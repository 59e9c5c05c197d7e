internal import CofferBase
internal import CofferJSON

/// The shapes of answers (contract, "Examples" 1 to 3).
extension SecretMetadata {
    /// `metadata` of a read, and the whole answer of a write.
    func wire(_ version: Version) -> JSONObject {
        var object = JSONObject()
        object.append("created_time", .string(version.created.rfc3339))
        object.append("custom_metadata", customMetadata)
        object.append("deletion_time", .string(version.deletion?.rfc3339 ?? ""))
        object.append("destroyed", .bool(version.isDestroyed))
        object.append("version", .int(version.number))
        return object
    }

    /// The answer of a metadata read.
    var wire: JSONObject {
        var object = JSONObject()
        object.append("cas_required", .bool(settings.casRequired))
        object.append("created_time", .string(created.rfc3339))
        object.append("current_version", .int(current))
        object.append("custom_metadata", customMetadata)
        object.append("delete_version_after", settings.deleteVersionAfter.wire)
        object.append("max_versions", .int(settings.maximumVersions))
        object.append("oldest_version", .int(oldest))
        object.append("updated_time", .string(updated.rfc3339))
        object.append("versions", .object(JSONObject(uniqueMembers: versions.map(\.member))))
        return object
    }

    private var customMetadata: JSON {
        settings.customMetadata.isEmpty ? .null : .object(settings.customMetadata.sortedByKey)
    }
}

extension SecretMetadata.Version {
    fileprivate var member: JSONObject.Member {
        var object = JSONObject()
        object.append("created_time", .string(created.rfc3339))
        object.append("deletion_time", .string(deletion?.rfc3339 ?? ""))
        object.append("destroyed", .bool(isDestroyed))
        return .init(key: String(number), value: .object(object))
    }
}
