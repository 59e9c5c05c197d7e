internal import CofferClient
internal import CofferJSON

extension Secret {
    /// The envelope as the reference prints it: fixed order, `auth` and `wrap_info` only where they are.
    var json: JSON {
        var object = JSONObject()
        object.append("request_id", .string(requestID))
        object.append("lease_id", .string(leaseID))
        object.append("lease_duration", .int(leaseDuration))
        object.append("renewable", .bool(isRenewable))
        object.append("data", data.map { .object($0.sortedDeeply) } ?? .null)
        object.append("warnings", warnings.isEmpty ? .null : .strings(warnings))
        if let auth { object.append("auth", .object(Self.auth(auth))) }
        if let wrapInfo { object.append("wrap_info", .object(Self.wrapInfo(wrapInfo))) }
        object.append("mount_type", .string(mountType))
        return .object(object)
    }

    private static func auth(_ auth: JSONObject) -> JSONObject {
        var object = JSONObject()
        for key in ["client_token", "accessor"] { object.append(key, auth[key] ?? "") }
        for key in ["policies", "token_policies", "identity_policies"] { object.append(key, auth[key] ?? .null) }
        object.append("metadata", (auth["metadata"] ?? .null).sortedDeeply)
        object.append("orphan", auth["orphan"] ?? false)
        object.append("entity_id", auth["entity_id"] ?? "")
        object.append("lease_duration", auth["lease_duration"] ?? 0)
        object.append("renewable", auth["renewable"] ?? false)
        object.append("mfa_requirement", (auth["mfa_requirement"] ?? .null).sortedDeeply)
        return object
    }

    private static func wrapInfo(_ info: JSONObject) -> JSONObject {
        var object = JSONObject()
        object.append("token", info["token"] ?? "")
        object.append("accessor", info["accessor"] ?? "")
        object.append("ttl", info["ttl"] ?? 0)
        object.append("creation_time", info["creation_time"] ?? "")
        object.append("creation_path", info["creation_path"] ?? "")
        object.append("wrapped_accessor", info["wrapped_accessor"] ?? "")
        return object
    }
}
