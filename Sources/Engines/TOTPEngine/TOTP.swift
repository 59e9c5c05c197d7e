internal import Barcode
internal import CofferBase
package import CofferFramework
internal import CofferJSON
internal import CofferStorage

/// One-time passwords by time: shows the codes of keys, and checks codes.
///
/// | entry | holds |
/// |---|---|
/// | `key/<name>` | the key, and the periods whose codes were used |
package struct TOTP: Engine {
    package let paths = PathTable([
        keys.listPath("keys", synopsis: "List the keys.", idSuffix: "keys"), key, code,
    ])

    package static let kind = EngineKind(type: "totp", class: .secret, version: "v1.21.1+builtin.vault") { _ in TOTP() }

    private static let name = ["name": "Name of the key."]
    private static let keys = Resource(Key.schema, folder: "key/")

    // MARK: keys

    private static let key = Path(
        "keys/:name@", "Make, read or delete a key.", captures: name,
        keys.path("keys/:name@", noun: "a key", synopsis: "Keys.", captures: name, idSuffix: "key")
            .replacing(
                Verb(.update, "create-key", "Make a key, or keep one from another service.", KeyInput.schema, make)
            )
            .verbs)

    @Sendable private static func make(_ call: Call, _ input: KeyInput) async throws -> Reply {
        let record = try input.record(call.random)
        // Drawn before the key is stored: a key whose answer fails must not be there.
        let reply = input.generate && input.exported ? try export(record, width: Int(input.qrSize)) : .empty
        _ = try await keys.write(call.capture("name"), call) { $0 = record }
        return reply
    }

    /// What an app needs to show the codes of the key.
    private static func export(_ key: Key, width: Int) throws(EngineError) -> Reply {
        let url = OTPAuthURL.text(of: key)
        var data: JSONObject = ["url": .string(url)]
        if width > 0 {
            guard let symbol = QRCode(Array(url.utf8)) else { throw TOTPErrors.longURL }
            guard let picture = symbol.png(width: width) else { throw TOTPErrors.smallQRSize }
            data["barcode"] = .string(Base64.standard.encode(picture))
        }
        return .data(data)
    }

    // MARK: codes

    private struct CodeInput: Sendable {
        var code = ""

        static let schema = Schema<CodeInput>(
            { CodeInput() }, [Field("code", \.code, "Code to be checked, its digits only.").secret])
    }

    private static let code = Path(
        "code/:name@", "Show the present code of a key, or check a code.", captures: name,
        [
            Verb(.read, "generate-code", "Show the present code of a key.") { call in
                let name = call.capture("name")
                guard let key = try await keys.load(name, from: call.storage) else { throw TOTPErrors.unknownKey(name) }
                return .data(["code": .string(key.code(at: call.now))])
            },
            Verb(.update, "validate-code", "Check a code; each is good for one time.", CodeInput.schema) {
                call, input in
                if input.code.isEmpty { throw TOTPErrors.noCode }
                switch try await accept(input.code, call) {
                case .valid: return .data(["valid": true])
                case .invalid: return .data(["valid": false])
                case .used: throw TOTPErrors.usedCode
                }
            },
        ])

    /// Checks and marks in one commit: of many that show the same code at once one is let in, and a code
    /// that was used stays used after a restart.
    private static func accept(_ code: String, _ call: Call) async throws -> Key.Verdict {
        let name = call.capture("name")
        return try await call.storage.transaction { transaction in
            guard var key = try await keys.load(name, in: &transaction) else { throw TOTPErrors.unknownKey(name) }
            let verdict = key.accept(code, at: call.now)
            if verdict == .valid { keys.put(key, name, in: &transaction) }
            return verdict
        }
    }
}
