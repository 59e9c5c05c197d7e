internal import Barcode
internal import CofferBase
internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import IdentityService

/// `mfa/method/totp/generate` and its like: the secrets that apps make codes from.
struct MFASecretPaths {
    let core: Core

    struct Input: Sendable {
        var methodID = ""
        var entityID = ""
    }

    private static let method = Field<Input>("method_id", \.methodID, "Id of the method.")
    private static let entity = Field<Input>("entity_id", \.entityID, "Entity that the secret is of.")

    var paths: [Path] {
        [
            path(
                "generate", "mfa-generate-totp-secret", "Draw a secret for the caller.", [Self.method], isIssuing: true
            ) {
                call, input in
                guard let entity = call.caller?.identity?.entityID else { throw MFATexts.noEntity }
                return try await generate(input.methodID, entity, call)
            },
            path(
                "admin-generate", "mfa-admin-generate-totp-secret", "Draw a secret for an entity.",
                [Self.method, Self.entity], isIssuing: true
            ) { call, input in try await generate(input.methodID, input.entityID, call) },
            path(
                "admin-destroy", "mfa-admin-destroy-totp-secret", "Delete the secret of an entity.",
                [Self.method, Self.entity], isIssuing: false
            ) { call, input in
                try await core.identities(call).deleteSecret(methodID: input.methodID, entityID: input.entityID)
                return .empty
            },
        ]
    }

    private func path(
        _ word: String, _ id: String, _ help: String, _ fields: [Field<Input>], isIssuing: Bool,
        _ handler: @escaping @Sendable (Call, Input) async throws -> Reply
    ) -> Path {
        Path(
            "mfa/method/totp/\(word)", help, traits: .traits { $0.mintsCredential = isIssuing },
            [Verb(.update, id, help, Schema({ Input() }, fields), handler)])
    }

    private func generate(_ methodID: String, _ entityID: String, _ call: Call) async throws -> Reply {
        guard let made = try await core.identities(call).newSecret(methodID: methodID, entityID: entityID) else {
            let method = try await core.identities(call).method(id: methodID)
            return Reply.empty.warning(MFATexts.hasSecret(method?.name ?? ""))
        }
        let url = Self.url(made, entityID)
        var object: JSONObject = ["url": .string(url)]
        if made.method.qrSize > 0, let code = QRCode(Array(url.utf8)),
            let png = code.png(width: Int(made.method.qrSize))
        {
            object["barcode"] = .string(Base64.standard.encode(png))
        }
        return .data(object.sortedByKey)
    }

    /// As apps exchange keys.
    private static func url(_ made: NewOneTimePassword, _ account: String) -> String {
        let method = made.method
        let query = [
            ("algorithm", method.algorithm), ("digits", String(method.digits)), ("issuer", method.issuer),
            ("period", String(method.period.wholeSeconds)), ("secret", made.secret),
        ]
        return "otpauth://totp/\(escaped(method.issuer)):\(escaped(account))?"
            + query.map { "\($0)=\(escaped($1))" }.joined(separator: "&")
    }

    private static func escaped(_ text: String) -> String {
        let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~".utf8)
        return text.utf8.map { byte in
            plain.contains(byte) ? String(UnicodeScalar(byte)) : "%" + Hex.encode([byte]).uppercased()
        }.joined()
    }
}
