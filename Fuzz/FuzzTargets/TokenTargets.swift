import CofferBase
import CofferFramework

@testable import TokenService

/// Texts that callers keep and give back.
extension FuzzTarget {
    private static let cipher = BatchTokenCipher(secret: [UInt8](repeating: 9, count: 32))
    private static let batchToken: String = {
        var entry = TokenEntry()
        entry.policies = ["default", "app"]
        entry.typeName = "batch"
        return (try? cipher.seal(entry, random: .system)) ?? ""
    }()

    /// Only the batch token that was made opens, in its one spelling.
    static let batchTokens = FuzzTarget("batch-tokens") { input in
        for bytes in [changed(Array(batchToken.utf8), by: input), input] {
            let text = String(decoding: bytes, as: UTF8.self)
            if cipher.open(text) != nil { precondition(bytes == Array(batchToken.utf8), "a token from nowhere") }
        }
        if let entry = try? TokenEntry(encoded: input) {
            precondition((try? TokenEntry(encoded: entry.encoded()))?.encoded() == entry.encoded(), "another record")
        }
    }

    /// What is written is read; what is read has one spelling, where the reader is strict.
    static let encodings = FuzzTarget("encodings") { input in
        let text = String(decoding: input, as: UTF8.self)
        for coder in [Base64.standard, .unpadded, .url, .urlUnpadded] {
            precondition(coder.decode(coder.encode(input)) == input, "base64 loses bytes")
            if let bytes = coder.decode(text) {
                precondition(sameLetters(coder.encode(bytes), text), "another spelling of base64")
            }
        }
        precondition(Base32.decode(Base32.encode(input)) == input, "base32 loses bytes")
        _ = Base32.decode(text)
        precondition(Hex.decode(Hex.encode(input)) == input, "hex loses bytes")
        if let bytes = Hex.decode(text) { precondition(bytes.count * 2 == input.count, "a length that cannot be") }
        if let bytes = try? GoBase64.decode(text), let strict = Base64.standard.decode(text) {
            precondition(bytes == strict, "the two readers disagree")
        }
    }

    private static func sameLetters(_ one: String, _ other: String) -> Bool { one.utf8.elementsEqual(other.utf8) }
}
