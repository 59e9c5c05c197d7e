internal import CofferClient
internal import CofferJSON

/// The value that `-field` names: a field of the data, or one of the rows that a table shows beside it.
enum SecretField {
    static func value(_ name: String, of secret: Secret) -> JSON? {
        if let auth = secret.auth { return inAuth(name, auth) ?? secret.data?[name] }
        if let info = secret.wrapInfo { return inWrapInfo(name, info) ?? secret.data?[name] }
        return switch name {
        case "lease_duration", "refresh_interval": .int(secret.leaseDuration)
        case "lease_id": .string(secret.leaseID)
        case "request_id": .string(secret.requestID)
        case "renewable": .bool(secret.isRenewable)
        case "data": secret.data?["data"] ?? secret.data.map { .object($0) }
        default: secret.data?[name]
        }
    }

    private static func inAuth(_ name: String, _ auth: JSONObject) -> JSON? {
        switch name {
        case "token": auth["client_token"] ?? ""
        case "token_accessor": auth["accessor"] ?? ""
        case "token_duration": auth["lease_duration"] ?? 0
        case "token_renewable": auth["renewable"] ?? false
        case "token_policies", "identity_policies", "policies": auth[name] ?? []
        default: nil
        }
    }

    private static func inWrapInfo(_ name: String, _ info: JSONObject) -> JSON? {
        switch name {
        case "wrapping_token": info["token"] ?? ""
        case "wrapping_accessor": info["accessor"] ?? ""
        case "wrapping_token_ttl": info["ttl"] ?? 0
        case "wrapping_token_creation_time": info["creation_time"] ?? ""
        case "wrapping_token_creation_path": info["creation_path"] ?? ""
        case "wrapped_accessor": info["wrapped_accessor"] ?? ""
        default: nil
        }
    }
}
