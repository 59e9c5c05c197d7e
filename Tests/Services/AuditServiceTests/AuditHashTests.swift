import CofferJSON
import Testing

@testable internal import AuditService

@Suite struct AuditHashTests {
    private let salt = Array("f3b1e9a4-0c4d-4d5b-9d0e-8d6f1a2b3c4d".utf8)
    /// Vector 9 of the contract.
    private let hello = "hmac-sha256:7386afd3f6b7bc9d135eab7e7dccd1357a6531784508d0ffcf55a9ee911f147d"

    @Test("the contract's vector")
    func vector() {
        #expect(AuditHash(salt: salt).secret("hello") == hello)
    }

    @Test("strings are hashed at any depth, keys, numbers and booleans are not")
    func depth() throws {
        var writer = JSONWriter()
        AuditHash(salt: salt).write(
            ["hello": "hello", "n": 5, "b": true, "z": nil, "list": ["hello", 1, ["x": "hello"]], "clear": "hello"],
            clear: ["clear"], to: &writer)
        let json = try JSON.parse(writer.bytes)
        #expect(json["hello"] == .string(hello))
        #expect(json["n"] == 5)
        #expect(json["b"] == true)
        #expect(json["z"] == .null)
        #expect(json["list"] == [.string(hello), 1, ["x": .string(hello)]])
        #expect(json["clear"] == "hello")
    }

    @Test("a raw device shows texts and still tells their hash")
    func raw() {
        let hash = AuditHash(salt: salt, isRaw: true)
        #expect(hash.secret("hello") == "hello")
        #expect(hash.secret("hello") == "hello")
        #expect(hash.hashed("hello") == hello)
    }

    @Test("an accessor is hashed unless the device was told not to")
    func accessors() {
        #expect(AuditHash(salt: salt).accessor("hello") == hello)
        #expect(AuditHash(salt: salt).accessor("") == "")
        let open = AuditHash(salt: salt, hashesAccessors: false)
        #expect(open.accessor("hello") == "hello")
        #expect(open.secret("hello") == hello)
    }
}
