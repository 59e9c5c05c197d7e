import CofferBase
import CofferFramework
import CofferJSON
import TestSupport
import TransitEngine

func transitMount() async throws -> EngineHarness { try await EngineHarness(Transit.kind) }

/// Base64 of a text.
func base64(_ text: String) -> String { Base64.standard.encode(Array(text.utf8)) }

extension EngineHarness {
    /// Makes a key of a type.
    @discardableResult
    func makeKey(_ name: String = "k", _ type: String = "aes256-gcm96", _ fields: JSONObject = [:]) async throws
        -> Reply
    {
        var fields = fields
        fields["type"] = .string(type)
        return try await write("keys/\(name)", fields)
    }

    func encrypt(_ text: String, with key: String = "k", _ fields: JSONObject = [:]) async throws -> String {
        var fields = fields
        fields["plaintext"] = .string(base64(text))
        return try await write("encrypt/\(key)", fields).text("ciphertext")
    }

    func decrypt(_ ciphertext: String, with key: String = "k", _ fields: JSONObject = [:]) async throws -> String {
        var fields = fields
        fields["ciphertext"] = .string(ciphertext)
        let plaintext = try await write("decrypt/\(key)", fields).text("plaintext")
        return String(decoding: Base64.standard.decode(plaintext) ?? [], as: UTF8.self)
    }
}

extension Reply {
    func text(_ name: String) -> String { data?[name]?.stringValue ?? "" }
    func number(_ name: String) -> Int64 { data?[name]?.intValue ?? -1000 }
    func flag(_ name: String) -> Bool? { data?[name]?.boolValue }
    /// The answers to the items of a batch.
    var items: [JSONObject] { data?["batch_results"]?.arrayValue?.compactMap(\.objectValue) ?? [] }
}
