internal import CofferJSON
internal import GoFlags

/// The keys and the token of a new server, as they are printed.
struct InitResult {
    let request: InitRequest
    let answer: JSONObject

    private func texts(_ key: String) -> [String] { answer[key]?.arrayValue?.compactMap(\.stringValue) ?? [] }

    var text: String {
        var lines = numbered("Unseal Key", "keys") + numbered("Recovery Key", "recovery_keys")
        lines += ["", "Initial Root Token: \(answer["root_token"]?.stringValue ?? "")", ""]
        lines += texts("keys").isEmpty ? ["Success! Vault is initialized"] : advice
        if !texts("recovery_keys").isEmpty {
            lines += [
                "",
                wrapText(
                    "Recovery key initialized with \(request.recoveryShares) key shares and a key threshold of "
                        + "\(request.recoveryThreshold). Please securely distribute the key shares printed above."),
            ]
        }
        return lines.joined(separator: "\n")
    }

    private func numbered(_ title: String, _ key: String) -> [String] {
        let hex = texts(key)
        let base64 = texts(key + "_base64")
        let shown = base64.count == hex.count ? base64 : hex
        return shown.enumerated().map { "\(title) \($0.offset + 1): \($0.element)" }
    }

    private var advice: [String] {
        let threshold = request.threshold
        return [
            wrapText(
                "Vault initialized with \(request.shares) key shares and a key threshold of \(threshold). Please "
                    + "securely distribute the key shares printed above. When the Vault is re-sealed, restarted, or "
                    + "stopped, you must supply at least \(threshold) of these keys to unseal it before it can start "
                    + "servicing requests."), "",
            wrapText(
                "Vault does not store the generated root key. Without at least \(threshold) keys to reconstruct the "
                    + "root key, Vault will remain permanently sealed!"), "",
            wrapText(
                "It is possible to generate new unseal keys, provided you have a quorum of existing unseal keys "
                    + "shares. See \"vault operator rekey\" for more information."),
        ]
    }

    var json: JSON {
        let isStored = texts("keys").isEmpty
        return [
            "unseal_keys_b64": .strings(texts("keys_base64")), "unseal_keys_hex": .strings(texts("keys")),
            "unseal_shares": .int(isStored ? 1 : request.shares),
            "unseal_threshold": .int(isStored ? 1 : request.threshold),
            "recovery_keys_b64": .strings(texts("recovery_keys_base64")),
            "recovery_keys_hex": .strings(texts("recovery_keys")),
            "recovery_keys_shares": .int(request.recoveryShares),
            "recovery_keys_threshold": .int(request.recoveryThreshold),
            "root_token": .string(answer["root_token"]?.stringValue ?? ""),
        ]
    }
}
