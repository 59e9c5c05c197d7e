internal import CofferBase
internal import CofferClient
internal import CofferJSON

/// The rows of a `Key`/`Value` table.
enum SecretTable {
    static let header = ["Key", "Value"]

    /// The data of an answer, by name.
    static func rows(_ data: JSONObject?) -> [[String]] {
        (data?.sortedByKey.members ?? []).map { [$0.key, GoText.value($0.value, named: $0.key)] }
    }

    static func rows(_ secret: Secret) -> [[String]] {
        lease(secret) + (secret.auth.map(auth) ?? []) + (secret.wrapInfo.map(wrapInfo) ?? []) + rows(secret.data)
    }

    private static func lease(_ secret: Secret) -> [[String]] {
        guard secret.leaseDuration > 0 else { return [] }
        let duration = GoText.duration(secret.leaseDuration)
        // Static secrets have a duration without a lease: a hint when to read again.
        if secret.leaseID.isEmpty { return [["refresh_interval", duration]] }
        return [
            ["lease_id", secret.leaseID], ["lease_duration", duration],
            ["lease_renewable", secret.isRenewable ? "true" : "false"],
        ]
    }

    private static func auth(_ auth: JSONObject) -> [[String]] {
        if let requirement = auth["mfa_requirement"]?.objectValue { return secondFactors(requirement) }
        let duration = auth["lease_duration"]?.intValue ?? 0
        var rows = [
            ["token", auth["client_token"]?.stringValue ?? ""],
            ["token_accessor", auth["accessor"]?.stringValue ?? ""],
            // Only root tokens live for ever.
            ["token_duration", duration == 0 ? "∞" : GoText.duration(duration)],
            ["token_renewable", GoText.value(auth["renewable"] ?? false)],
        ]
        for key in ["token_policies", "identity_policies", "policies"] {
            rows.append([key, GoText.quotedList(auth[key])])
        }
        for member in auth["metadata"]?.objectValue?.sortedByKey.members ?? [] {
            rows.append(["token_meta_" + member.key, GoText.value(member.value)])
        }
        return rows
    }

    private static func secondFactors(_ requirement: JSONObject) -> [[String]] {
        var rows = [["mfa_request_id", requirement["mfa_request_id"]?.stringValue ?? ""]]
        for set in requirement["mfa_constraints"]?.objectValue?.sortedByKey.members ?? [] {
            for constraint in set.value["any"]?.arrayValue ?? [] {
                let start = "mfa_constraint_\(set.key)_\(constraint["type"]?.stringValue ?? "")_"
                rows.append([start + "id", GoText.value(constraint["id"])])
                rows.append([start + "uses_passcode", GoText.value(constraint["uses_passcode"] ?? false)])
                if let name = constraint["name"]?.stringValue, !name.isEmpty { rows.append([start + "name", name]) }
            }
        }
        return rows
    }

    private static func wrapInfo(_ info: JSONObject) -> [[String]] {
        var rows = [
            ["wrapping_token:", info["token"]?.stringValue ?? ""],
            ["wrapping_accessor:", info["accessor"]?.stringValue ?? ""],
            ["wrapping_token_ttl:", GoText.duration(info["ttl"]?.intValue ?? 0)],
            ["wrapping_token_creation_time:", goTime(info["creation_time"]?.stringValue ?? "")],
            ["wrapping_token_creation_path:", info["creation_path"]?.stringValue ?? ""],
        ]
        if let accessor = info["wrapped_accessor"]?.stringValue, !accessor.isEmpty {
            rows.append(["wrapped_accessor:", accessor])
        }
        return rows
    }

    /// `2026-11-23 07:28:46.435 +0000 UTC`, as Go's `Time.String()` prints a time in UTC.
    private static func goTime(_ text: String) -> String {
        guard let time = Timestamp(rfc3339: text) else { return text }
        let plain = time.rfc3339.dropLast()
        return plain.split(separator: "T").joined(separator: " ") + " +0000 UTC"
    }
}
