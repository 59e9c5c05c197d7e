internal import CofferFramework
internal import CofferJSON
internal import HTTPClient
internal import MFAClient

/// Methods whose factor is confirmed by a service on the network.
extension MFAMethod {
    /// - Throws: what is missing or wrong in the method; nil for TOTP, which needs nobody.
    func service() throws(EngineError) -> (any FactorService)? {
        switch kind {
        case .totp: return nil
        case .duo:
            guard let address = HTTPAddress(authority: apiHostname) else { throw .badRequest("invalid api_hostname") }
            return Duo(
                address: address, integrationKey: integrationKey, secretKey: secretKey, pushInfo: pushInfo)
        case .okta:
            guard let address = HTTPAddress(authority: organisation + "." + oktaDomain) else {
                throw .badRequest("invalid org_name or base_url")
            }
            return Okta(address: address, token: apiToken, matchesPrimaryEmail: primaryEmail)
        case .pingid: return PingID(try pingIDSettings())
        }
    }

    func pingIDSettings() throws(EngineError) -> PingIDSettings {
        do throws(PingIDSettings.Mistake) {
            return try PingIDSettings(base64: settingsFile)
        } catch {
            throw .badRequest(error.text)
        }
    }

    private var oktaDomain: String {
        if !baseURL.isEmpty { return baseURL }
        return production ? "okta.com" : "oktapreview.com"
    }

    /// What the service needs is there, and has the form that it must have.
    func checkService() throws(EngineError) {
        switch kind {
        case .totp: return
        case .duo:
            if secretKey.isEmpty { throw .badRequest("secret_key is empty") }
            if integrationKey.isEmpty { throw .badRequest("integration_key is empty") }
            if apiHostname.isEmpty { throw .badRequest("api_hostname is empty") }
        case .okta:
            if organisation.isEmpty { throw .badRequest("org_name must be set") }
            if apiToken.isEmpty { throw .badRequest("api_token must be set") }
        case .pingid:
            if settingsFile.isEmpty { throw .badRequest("settings_file_base64 must be set") }
        }
        // What ends a line would end a header.
        for text in [integrationKey, apiToken] where !text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) {
            throw .badRequest("a key or token holds characters that none has")
        }
        _ = try service()
        if UsernameFormat(usernameFormat) == nil { throw .badRequest("username_format is not a valid template") }
    }

    /// What reads show of a service beside its fields.
    func addServiceFields(to object: inout JSONObject) {
        switch kind {
        case .totp, .okta: return
        case .duo: object["pushinfo"] = .string(pushInfo)
        case .pingid:
            guard let settings = try? pingIDSettings() else { return }
            object["use_signature"] = .bool(settings.usesSignature)
            object["idp_url"] = .string(settings.url)
            object["org_alias"] = .string(settings.organisation)
            object["admin_url"] = .string(settings.adminURL)
            object["authenticator_url"] = .string(settings.authenticatorURL)
        }
    }
}
