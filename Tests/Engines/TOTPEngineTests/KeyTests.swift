import CofferBase
import CofferFramework
import CofferJSON
import TOTPEngine
import TestSupport
import Testing

@Suite struct KeyTests {
    private static let given: JSONObject = [
        "key": "JBSWY3DPEHPK3PXP", "issuer": "Example", "account_name": "alice@example.com",
    ]

    @Test("a key from another service is kept, and read without its secret")
    func given() async throws {
        let mount = try await EngineHarness(TOTP.kind)
        #expect(try await mount.write("keys/alice@example.com", Self.given).isEmpty)
        let expected: JSON = [
            "account_name": "alice@example.com", "algorithm": "SHA1", "digits": 6, "issuer": "Example", "period": 30,
        ]
        #expect(try await mount.read("keys/alice@example.com").data.map { .object($0) } == expected)
        #expect(try await mount.list("keys").keys == ["alice@example.com"])
        try await mount.delete("keys/alice@example.com")
        await #expect(throws: EngineError.notFound) { try await mount.read("keys/alice@example.com") }
    }

    @Test("a new key comes with URL and QR code")
    func generated() async throws {
        let mount = try await EngineHarness(TOTP.kind)
        let reply = try await mount.write(
            "keys/new",
            ["generate": true, "issuer": "Ex & Co", "account_name": "a@b.c", "algorithm": "SHA256", "period": "1m"])
        let url = reply.data?["url"]?.stringValue ?? ""
        #expect(
            url.hasPrefix(
                "otpauth://totp/Ex%20%26%20Co:a@b.c?algorithm=SHA256&digits=6&issuer=Ex%20%26%20Co&period=60&secret="))
        #expect(url.suffix(32).allSatisfy { "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".contains($0) })
        let picture = Base64.standard.decode(reply.data?["barcode"]?.stringValue ?? "") ?? []
        #expect(picture.starts(with: [0x89, 0x50, 0x4e, 0x47]))
        try await mount.write("keys/copy", ["url": .string(url)])
        #expect(try await mount.read("code/copy").data == mount.read("code/new").data)
        #expect(try await mount.read("keys/copy").data == mount.read("keys/new").data)
    }

    @Test("of a new key nothing is shown when it is not exported, and no QR code when it is not wanted")
    func notExported() async throws {
        let mount = try await EngineHarness(TOTP.kind)
        let fields: JSONObject = ["generate": true, "issuer": "Example", "account_name": "alice"]
        var hidden = fields
        hidden["exported"] = false
        #expect(try await mount.write("keys/a", hidden).isEmpty)
        var plain = fields
        plain["qr_size"] = 0
        #expect(try await mount.write("keys/b", plain).data?.keys == ["url"])
    }

    @Test("a URL says everything, and leaves the rest as it was asked for")
    func url() async throws {
        let mount = try await EngineHarness(TOTP.kind)
        let url =
            "otpauth://totp/Big%20Corp:bob%40x.org?secret=JBSWY3DPEHPK3PXP&issuer=Big+Corp&algorithm=SHA512&digits=8"
        try await mount.write("keys/bob", ["url": .string(url), "period": 60, "issuer": "Other"])
        let expected: JSON = [
            "account_name": "bob@x.org", "algorithm": "SHA512", "digits": 8, "issuer": "Big Corp", "period": 60,
        ]
        #expect(try await mount.read("keys/bob").data.map { .object($0) } == expected)
        try await mount.write("keys/short", ["url": "otpauth://totp/carol?secret=JBSWY3DPEHPK3PXP"])
        #expect(try await mount.read("keys/short").data?["account_name"] == "carol")
    }

    @Test(
        "what cannot be a key is refused",
        arguments: [
            (["generate": true, "key": "MY"], "a key should not be passed if generate is true"),
            (["generate": true, "url": "x"], "a url should not be passed if generate is true"),
            (["generate": true, "issuer": "x"], "the account_name value is required for generated keys"),
            (["generate": true, "account_name": "x"], "the issuer value is required for generated keys"),
            ([:], "the key value is required"),
            (["key": "canary!"], "invalid key value: illegal base32 data"),
            (["key": "MY", "digits": 7], "the digits value can only be 6 or 8"),
            (["key": "MY", "algorithm": "MD5"], "the algorithm value is not valid"),
            (["key": "MY", "period": 0], "the period value must be greater than zero"),
            (["key": "MY", "period": "10ms"], "the period value must be greater than zero"),
            (["key": "MY", "skew": 2], "the skew value must be 0 or 1"),
            (["key": "MY", "qr_size": -1], "the qr_size value must be greater than or equal to zero"),
            (["key": "MY", "qr_size": 1_000_000], "the qr_size value must not be greater than 2048"),
            (["key": "MY", "key_size": 0], "the key_size value must be greater than zero"),
            (["key": "MY", "key_size": 1_000_000_000_000], "the key_size value must not be greater than 1024"),
            (["url": "https://example.com"], "an error occurred while parsing url string"),
            (["url": "otpauth://totp/a?secret=%zz"], "an error occurred while parsing url string"),
            (["url": "otpauth://totp/a?secret=MY&period=x"], "an error occurred while parsing period value in url"),
            (["url": "otpauth://totp/a?secret=MY&digits=x"], "an error occurred while parsing digits value in url"),
            (["url": "otpauth://totp/a"], "the key value is required"),
            (
                ["generate": true, "issuer": "x", "account_name": "x", "qr_size": 20],
                "the qr_size value is too small for the QR code of this key"
            ),
        ] as [(JSONObject, String)])
    func refused(fields: JSONObject, text: String) async throws {
        let mount = try await EngineHarness(TOTP.kind)
        await #expect(throws: EngineError.badRequest(text)) { try await mount.write("keys/x", fields) }
        await #expect(throws: EngineError.notFound) { try await mount.read("keys/x") }
    }

    @Test("the paths are declared without a mistake")
    func declarations() async throws {
        let mount = try await EngineHarness(TOTP.kind)
        #expect(PathTableValidator.findings(in: mount.engine.paths, named: "totp") == [])
    }
}
