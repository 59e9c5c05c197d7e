import CofferFramework
import CofferJSON
import TestSupport
import Testing
import TransitEngine

/// What Go's decoder does, seen through the engine: expected offsets are those of its CorruptInputError.
@Suite struct GoBase64Tests {
    @Test(
        "texts that Go takes are taken",
        arguments: [
            ("", ""), ("YQ==", "a"), ("YWI=", "ab"), ("YWJj", "abc"), ("YW\nJj", "abc"), ("YWJj\r\n", "abc"),
            ("YQ=\n=", "a"), ("YR==", "a"),
        ])
    func taken(text: String, decoded: String) async throws {
        let mount = try await transitMount()
        try await mount.makeKey()
        let ciphertext = try await mount.write("encrypt/k", ["plaintext": .string(text)]).text("ciphertext")
        #expect(try await mount.decrypt(ciphertext) == decoded)
    }

    @Test(
        "texts that Go refuses are refused at the same place",
        arguments: [
            ("Y", 0), ("YQ", 0), ("YWJjY", 4), ("YWJjYQ", 4), ("!", 0), ("YW!j", 2), ("=", 0), ("Y===", 1), ("YQ=", 3),
            ("YQ=a", 3), ("YQ==YQ==", 4), ("YWI=x", 4), ("YWJj=", 4), ("abc-", 3), ("é", 0),
        ])
    func refused(text: String, offset: Int) async throws {
        let mount = try await transitMount()
        try await mount.makeKey()
        await #expect(throws: EngineError.badRequest("illegal base64 data at input byte \(offset)")) {
            try await mount.write("encrypt/k", ["plaintext": .string(text)])
        }
    }
}
