internal import CofferClient
internal import CofferJSON

/// Logins that lack a second factor.
extension LoginResult {
    /// Completes the login at a terminal, when it takes one method only.
    /// - Returns: nil when it is left to the user.
    func completed(_ requirement: JSONObject) async throws -> Secret? {
        let constraints = requirement["mfa_constraints"]?.objectValue?.members ?? []
        guard call.isInteractive, call.console.isInputTerminal, constraints.count == 1,
            let methods = constraints[0].value["any"]?.arrayValue, methods.count == 1,
            let method = methods[0].objectValue, let id = method["id"]?.stringValue
        else { return nil }
        call.warn("Initiating Interactive MFA Validation...")
        var passcode = ""
        if method["uses_passcode"]?.boolValue == true {
            let type = method["type"]?.stringValue ?? ""
            passcode = call.ask("Enter the passphrase for methodID \"\(id)\" of type \"\(type)\": ")
        } else {
            call.warn(
                "Asking Vault to perform MFA validation with upstream service. You should receive a push notification "
                    + "in your authenticator app shortly")
        }
        var payload = JSONObject()
        payload[id] = [.string(passcode)]
        let body: JSON = [
            "mfa_request_id": requirement["mfa_request_id"] ?? .null, "mfa_payload": .object(payload),
        ]
        let client = client
        return try await explaining("Error validating MFA") { () async throws(ClientError) in
            try await client.write("sys/mfa/validate", body)
        }
    }
}
