internal import CofferJSON
internal import GoFlags

/// The new shares of a rekey, as they are printed.
struct RekeyResult {
    let answer: JSONObject
    /// The last status before: it knows how many shares were wanted.
    let plan: JSONObject

    var text: String {
        var keys = answer["keys_base64"]?.arrayValue?.compactMap(\.stringValue) ?? []
        if keys.isEmpty { keys = answer["keys"]?.arrayValue?.compactMap(\.stringValue) ?? [] }
        let fingerprints = answer["pgp_fingerprints"]?.arrayValue?.compactMap(\.stringValue) ?? []
        let lines = keys.enumerated().map { index, key in
            index < fingerprints.count
                ? "Key \(index + 1) fingerprint: \(fingerprints[index]); value: \(key)" : "Key \(index + 1): \(key)"
        }
        return
            (lines + backupAdvice + [
                "", "Operation nonce: \(answer["nonce"]?.stringValue ?? "")", "", advice(keys.count),
            ])
            .joined(separator: "\n")
    }

    private var backupAdvice: [String] {
        guard answer["backup"]?.boolValue == true else { return [] }
        return [
            "",
            wrapText(
                "The encrypted unseal keys are backed up to \"core/unseal-keys-backup\" in the storage backend. Remove "
                    + "these keys at any time using \"vault operator rekey -backup-delete\". Vault does not "
                    + "automatically remove these keys."),
        ]
    }

    private func advice(_ count: Int) -> String {
        let threshold = GoText.value(plan["t"] ?? 0)
        if answer["verification_required"]?.boolValue == true {
            return wrapText(
                "These \(count) keys are not valid before \(threshold) of them were given back with \"vault operator "
                    + "rekey -verify\". Until then the old ones are.")
                + "\n\nVerification nonce: \(answer["verification_nonce"]?.stringValue ?? "")"
        }
        return wrapText(
            "Vault unseal keys rekeyed to \(count) key shares and a key threshold of \(threshold). Please securely "
                + "distribute the key shares printed above: the old ones are invalid. \(threshold) of these are needed "
                + "when Vault is re-sealed, restarted, or stopped.")
    }

    /// Of a rekey, or of its verification.
    static func rows(status: JSONObject) -> [[String]] {
        func text(_ key: String) -> String { GoText.value(status[key] ?? "") }
        var rows = [["Nonce", text("nonce")], ["Started", text("started")]]
        guard status["started"]?.boolValue == true else { return rows }
        if status["required"] == nil {
            rows.append(["Verification Progress", text("progress") + "/" + text("t")])
        } else {
            rows.append(["Rekey Progress", text("progress") + "/" + text("required")])
        }
        rows += [["New Shares", text("n")], ["New Threshold", text("t")]]
        if status["verification_required"] != nil {
            rows.append(["Verification Required", text("verification_required")])
        }
        if let fingerprints = status["pgp_fingerprints"]?.arrayValue, !fingerprints.isEmpty {
            rows.append(["PGP Fingerprints", "[" + fingerprints.compactMap(\.stringValue).joined(separator: " ") + "]"])
            rows.append(["Backup", text("backup")])
        }
        if status["verification_nonce"] != nil { rows.append(["Verification Nonce", text("verification_nonce")]) }
        return rows
    }
}
