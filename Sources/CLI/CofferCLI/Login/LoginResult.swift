internal import CofferClient
internal import CofferJSON
internal import GoFlags

/// What a login does with the answer: open it, keep the token, print it.
struct LoginResult {
    let call: Invocation
    let options: LoginOptions
    let client: Client

    func finish(_ answer: Secret) async throws -> Int32 {
        var answer = answer
        if let requirement = answer.auth?["mfa_requirement"]?.objectValue {
            guard let whole = try await completed(requirement) else { return try secondFactorIsNeeded(answer) }
            answer = whole
        }
        let secret = try await opened(answer)
        if secret.auth == nil {
            if options.tokenOnly { return try call.show(field: "wrapping_token", secret.wrapInfo?["token"]) }
            return try call.show(secret)
        }
        if options.stores {
            try store(secret)
            warnOfVariable()
        } else if !options.tokenOnly {
            call.warn(
                wrapText(
                    "The token was not stored in token helper. Set the VAULT_TOKEN environment variable or pass the "
                        + "token below with each request to Vault.") + "\n")
        }
        if !options.prints { return 0 }
        if !options.field.isEmpty {
            return try call.show(field: options.field, SecretField.value(options.field, of: secret))
        }
        if call.format == .table {
            call.say(
                wrapText(
                    "Success! You are now authenticated. The token information displayed below is already stored in "
                        + "the token helper. You do NOT need to run \"vault login\" again. Future Vault requests will "
                        + "automatically use this token.") + "\n")
        }
        return try call.show(secret)
    }

    /// The answer itself, or what is in its wrapping token when the token is to be kept.
    private func opened(_ answer: Secret) async throws -> Secret {
        if answer.auth != nil { return answer }
        guard let info = answer.wrapInfo else {
            throw CommandFailure.remote("Error extracting token: no auth or wrapping info in response")
        }
        guard let accessor = info["wrapped_accessor"]?.stringValue, !accessor.isEmpty else {
            throw CommandFailure.remote("Error extracting token: wrapped response does not contain a token")
        }
        if !options.stores { return answer }
        var opener = client
        opener.configuration.token = info["token"]?.stringValue ?? ""
        opener.configuration.wrapTTL = ""
        let client = opener
        let secret = try await explaining("Error extracting token") { () async throws(ClientError) in
            try await client.unwrap("")
        }
        guard let secret, secret.auth != nil else { throw CommandFailure.remote("Vault returned an empty secret") }
        return secret
    }

    private func store(_ secret: Secret) throws {
        do {
            guard let helper = try TokenHelper(environment: call.program.environment) else {
                throw LoginFailure("HOME is not set")
            }
            try helper.store(secret.auth?["client_token"]?.stringValue ?? "")
        } catch {
            call.warn("Error storing token: \(error)")
            call.warn(
                wrapText(
                    "Authentication was successful, but the token was not persisted. The resulting token is shown "
                        + "below for your records.") + "\n")
            _ = try call.show(secret)
            throw CommandFailure.remote("")
        }
    }

    private func warnOfVariable() {
        if call.program.environment["VAULT_TOKEN", default: ""].isEmpty { return }
        call.warn(
            wrapText(
                "WARNING! The VAULT_TOKEN environment variable is set! The value of this variable will take "
                    + "precedence; if this is unwanted please unset VAULT_TOKEN or update its value accordingly.")
                + "\n")
    }

    private func secondFactorIsNeeded(_ answer: Secret) throws -> Int32 {
        warnOfVariable()
        call.warn(
            wrapText(
                "A login request was issued that is subject to MFA validation. Please make sure to validate the login "
                    + "by sending another request to sys/mfa/validate endpoint.") + "\n")
        return try call.show(answer)
    }
}
