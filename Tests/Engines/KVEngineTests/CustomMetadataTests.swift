import CofferFramework
import CofferJSON
import KVEngine
import TestSupport
import Testing

@Suite struct CustomMetadataTests {
    private func write(_ pairs: JSONObject) async throws {
        try await versionedMount().write("metadata/x", ["custom_metadata": .object(pairs)])
    }

    private func pairs(_ count: Int) -> JSONObject {
        JSONObject(uniqueMembers: (0..<count).map { .init(key: "key\($0)", value: "v") })
    }

    @Test("64 pairs, keys of 128 bytes and values of 512 bytes are allowed")
    func limits() async throws {
        try await write(pairs(64))
        var longest = JSONObject()
        longest[String(repeating: "k", count: 128)] = .string(String(repeating: "v", count: 512))
        try await write(longest)
        #expect(longest.count == 1)
    }

    @Test("65 pairs are too many")
    func tooMany() async {
        await #expect(
            throws: EngineError.badRequest(
                "custom_metadata validation failed: payload must contain at most 64 keys, provided 65")
        ) { try await write(pairs(65)) }
    }

    @Test("keys and values have a length between one and their limit, counted in bytes")
    func lengths() async {
        let long = String(repeating: "\u{e9}", count: 65)
        for key in ["", long] {
            let object: JSONObject = [key: "v"]
            await #expect(
                throws: EngineError.badRequest(
                    "custom_metadata validation failed: length of key must be 0 < len(key) <= 128")
            ) { try await write(object) }
        }
        for value in [.string(""), .null, .string(String(repeating: "v", count: 513))] as [JSON] {
            await #expect(
                throws: EngineError.badRequest(
                    "custom_metadata validation failed: length of value must be 0 < len(value) <= 512")
            ) { try await write(["k": value]) }
        }
    }

    @Test("nothing unprintable and no structures", arguments: ["a\u{0}b", "a\nb", "a\u{202e}b", ["a"], [:]] as [JSON])
    func unprintable(value: JSON) async {
        let error = await #expect(throws: EngineError.self) { try await write(["k": value]) }
        #expect(error?.texts.first?.hasPrefix("custom_metadata validation failed: ") == true)
    }
}
