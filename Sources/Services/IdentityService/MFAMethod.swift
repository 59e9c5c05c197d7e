package import CofferFramework
package import CofferJSON

/// A second factor that logins can be asked for.
package struct MFAMethod: Sendable {
    package enum Kind: String, Sendable, CaseIterable { case totp, duo, okta, pingid }

    package var id = ""
    package var kind = Kind.totp
    package var name = ""

    // TOTP
    package var issuer = ""
    package var period: Duration = .seconds(30)
    package var keySize: Int64 = 20
    package var qrSize: Int64 = 200
    package var algorithm = "SHA1"
    package var digits: Int64 = 6
    package var skew: Int64 = 1
    package var maximumAttempts: Int64 = 5

    // Services that are asked over the network
    package var usernameFormat = ""
    package var integrationKey = ""
    package var secretKey = ""
    package var apiHostname = ""
    package var pushInfo = ""
    package var usesPasscode = false
    package var organisation = ""
    package var apiToken = ""
    package var baseURL = ""
    package var primaryEmail = false
    package var production = true
    package var settingsFile = ""

    package init() {}

    private static let usernameField = Field<MFAMethod>(
        "username_format", \.usernameFormat, "How the name at the service is made from the identity.")

    /// What a caller may set.
    package static func fields(of kind: Kind) -> [Field<MFAMethod>] {
        let common = [Field<MFAMethod>("method_name", \.name, "A name for the method, unique.")]
        return switch kind {
        case .totp:
            common + [
                Field("issuer", \.issuer, "Name of this server in the app."),
                Field("period", \.period, "How long a code is shown."),
                Field("key_size", \.keySize, "Bytes of a key."),
                Field("qr_size", \.qrSize, "Pixels of the barcode; 0 for none."),
                Field("algorithm", \.algorithm, "SHA1, SHA256 or SHA512."),
                Field("digits", \.digits, "6 or 8."), Field("skew", \.skew, "0 or 1 periods around now."),
                Field(
                    "max_validation_attempts", \.maximumAttempts, "Wrong codes until the factor is closed for a while."),
            ]
        case .duo:
            common + [
                usernameField, Field("secret_key", \.secretKey, "Secret key.").secret,
                Field("integration_key", \.integrationKey, "Integration key.").secret,
                Field("api_hostname", \.apiHostname, "Host of the service."),
                Field("push_info", \.pushInfo, "Shown with the question."),
                Field("use_passcode", \.usesPasscode, "Ask for a passcode."),
            ]
        case .okta:
            common + [
                usernameField, Field("org_name", \.organisation, "Name of the organisation."),
                Field("api_token", \.apiToken, "Token of the service.").secret,
                Field("base_url", \.baseURL, "Host of the service."),
                Field("primary_email", \.primaryEmail, "Match the primary email only."),
                Field("production", \.production, "Use the service's production host."),
            ]
        case .pingid:
            common + [
                usernameField,
                Field("settings_file_base64", \.settingsFile, "Settings file of the service, in base64.").secret,
            ]
        }
    }

    package static func input(of kind: Kind) -> Schema<MFAMethod> { Schema({ MFAMethod() }, fields(of: kind)) }

    /// As reads and lists show it; no secrets.
    package func shown(namespaceID: String) -> JSONObject {
        var object = Self.input(of: kind).encodeForReading(self)
        object["method_name"] = nil
        addServiceFields(to: &object)
        object["id"] = .string(id)
        object["name"] = .string(name)
        object["type"] = .string(kind.rawValue)
        object["namespace_id"] = .string(namespaceID)
        object["namespace_path"] = ""
        return object.sortedByKey
    }

    /// Whether the answer to its question is a code that the caller types.
    package var takesPasscode: Bool { kind == .totp || (kind == .duo && usesPasscode) }

    func check() throws(EngineError) {
        guard kind == .totp else { return try checkService() }
        if issuer.isEmpty { throw .badRequest("issuer must be set") }
        if OneTimePassword.Algorithm(rawValue: algorithm) == nil { throw .badRequest("unrecognized algorithm") }
        if digits != 6 && digits != 8 { throw .badRequest("digits can only be 6 or 8") }
        if skew != 0 && skew != 1 { throw .badRequest("skew can only be 0 or 1") }
        guard period >= .seconds(1), period <= .seconds(3600) else { throw .badRequest("period must be 1s to 1h") }
        guard (10...256).contains(keySize) else { throw .badRequest("key_size must be 10 to 256") }
        guard (0...1024).contains(qrSize) else { throw .badRequest("qr_size must be 0 to 1024") }
        guard (1...100).contains(maximumAttempts) else {
            throw .badRequest("max_validation_attempts must be 1 to 100")
        }
    }
}

extension MFAMethod: IdentityRecord {
    static let schema = Schema<MFAMethod>(
        { MFAMethod() },
        [Field("id", \.id, "Id."), Field("kind", \.kindName, "Kind."), Field("method_name", \.name, "Name.")]
            + Kind.allCases.flatMap { fields(of: $0).filter { $0.descriptor.name != "method_name" } })

    private var kindName: String {
        get { kind.rawValue }
        // A kind of a later version is one that nobody can satisfy here.
        set { kind = Kind(rawValue: newValue) ?? .pingid }
    }
}
