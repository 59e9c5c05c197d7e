import CofferBase
import CofferCrypto
import CofferFramework
import CofferJSON
import TestSupport
import Testing
import TransitEngine

@Suite struct SigningTests {
    static let message: JSON = .string(base64("message"))
    static let hashes = [
        "sha1", "sha2-224", "sha2-256", "sha2-384", "sha2-512", "sha3-224", "sha3-256", "sha3-384", "sha3-512",
    ]

    private func sign(_ mount: EngineHarness, _ fields: JSONObject = [:]) async throws -> String {
        var fields = fields
        if fields["input"] == nil { fields["input"] = Self.message }
        return try await mount.write("sign/k", fields).text("signature")
    }

    private func isValid(_ mount: EngineHarness, _ signature: String, _ fields: JSONObject = [:]) async throws -> Bool?
    {
        var fields = fields
        if fields["input"] == nil { fields["input"] = Self.message }
        fields["signature"] = .string(signature)
        return try await mount.write("verify/k", fields).flag("valid")
    }

    @Test("what a key signs it verifies", arguments: ["ed25519", "ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "rsa-2048"])
    func roundTrip(type: String) async throws {
        let mount = try await transitMount()
        try await mount.makeKey("k", type)
        let signature = try await sign(mount)
        #expect(signature.hasPrefix("vault:v1:"))
        #expect(try await isValid(mount, signature) == true)
        #expect(try await isValid(mount, signature, ["input": .string(base64("another"))]) == false)
        try await mount.write("keys/k/rotate")
        #expect(try await isValid(mount, signature) == true)
        #expect(try await sign(mount).hasPrefix("vault:v2:"))
        #expect(try await sign(mount, ["key_version": 1]).hasPrefix("vault:v1:"))
    }

    @Test("ML-DSA keys sign in each strength", arguments: ["44", "65", "87"])
    func lattices(parameterSet: String) async throws {
        let mount = try await transitMount()
        try await mount.makeKey("k", "ml-dsa", ["parameter_set": .string(parameterSet), "exportable": true])
        let signature = try await sign(mount)
        #expect(try await isValid(mount, signature) == true)
        #expect(try await isValid(mount, signature, ["input": ""]) == false)
        #expect(try await mount.read("keys/k").text("parameter_set") == parameterSet)
        let publicKey = try await mount.read("export/public-key/k").data?["keys"]?["1"]?.stringValue ?? ""
        #expect(Base64.standard.decode(publicKey)?.count ?? 0 > 1300)
        await #expect(throws: EngineError.self) { try await mount.makeKey("bad", "ml-dsa", ["parameter_set": "1"]) }
    }

    @Test("RSA and ECDSA sign with every hash, named in path or field, hashed here or there", arguments: hashes)
    func everyHash(name: String) async throws {
        let digest = try #require(Digest(rawValue: name))
        let hashed: JSON = .string(Base64.standard.encode(digest.hash(Array("message".utf8))))
        for type in ["rsa-2048", "ecdsa-p256"] {
            let mount = try await transitMount()
            try await mount.makeKey("k", type)
            let signature = try await mount.write("sign/k/\(name)", ["input": Self.message]).text("signature")
            #expect(try await isValid(mount, signature, ["hash_algorithm": .string(name)]) == true)
            #expect(try await isValid(mount, signature, ["algorithm": .string(name)]) == true)
            let prehashed: JSONObject = ["input": hashed, "prehashed": true, "hash_algorithm": .string(name)]
            #expect(try await isValid(mount, signature, prehashed) == true)
            #expect(try await isValid(mount, sign(mount, prehashed), ["hash_algorithm": .string(name)]) == true)
            let old: JSONObject = ["hash_algorithm": .string(name), "signature_algorithm": "pkcs1v15"]
            #expect(try await isValid(mount, sign(mount, old), old) == true)
        }
    }

    @Test("PSS takes salts by word and by number", arguments: ["auto", "hash", "0", "-1", "1", "32", "222"])
    func salts(length: String) async throws {
        let mount = try await transitMount()
        try await mount.makeKey("k", "rsa-2048")
        let fields: JSONObject = ["salt_length": .string(length)]
        let signature = try await sign(mount, fields)
        #expect(try await isValid(mount, signature, fields) == true)
        #expect(try await isValid(mount, signature) == true)
        let other: JSONObject = ["salt_length": "17"]
        #expect(try await isValid(mount, signature, other) == false)
    }

    @Test(
        "salts that cannot be are refused",
        arguments: [
            ("223", "requested salt length 223 is invalid"), ("-2", "salt length is invalid: -2"),
            ("long", "salt length neither 'auto', 'hash', nor an int"),
        ])
    func badSalts(length: String, text: String) async throws {
        let mount = try await transitMount()
        try await mount.makeKey("k", "rsa-2048")
        await #expect(throws: EngineError.badRequest(text)) {
            try await sign(mount, ["salt_length": .string(length)])
        }
    }

    @Test("the form of JSON Web Signatures has a fixed length and base64url", arguments: ["ecdsa-p256", "ecdsa-p521"])
    func webSignatures(type: String) async throws {
        let mount = try await transitMount()
        try await mount.makeKey("k", type)
        let form: JSONObject = ["marshaling_algorithm": "jws"]
        for _ in 0..<8 {
            let signature = try await sign(mount, form)
            let bytes = try #require(Base64.urlUnpadded.decode(signature.dropFirst("vault:v1:".count)))
            #expect(bytes.count == (type == "ecdsa-p256" ? 64 : 132))
            #expect(try await isValid(mount, signature, form) == true)
        }
        await #expect(throws: EngineError.badRequest("invalid marshaling type")) {
            try await sign(mount, ["marshaling_algorithm": "xml"])
        }
    }

    @Test("hash_algorithm none signs the bytes themselves, and only where that was asked for in full")
    func noHash() async throws {
        let mount = try await transitMount()
        try await mount.makeKey("k", "rsa-2048")
        let text = "hash_algorithm=none requires both prehashed=true and signature_algorithm=pkcs1v15"
        await #expect(throws: EngineError.badRequest(text)) { try await sign(mount, ["hash_algorithm": "none"]) }
        let fields: JSONObject = [
            "hash_algorithm": "none", "prehashed": true, "signature_algorithm": "pkcs1v15",
            "input": .string(base64("any bytes")),
        ]
        #expect(try await isValid(mount, sign(mount, fields), fields) == true)
        await #expect(throws: EngineError.badRequest("crypto/rsa: input must be hashed message")) {
            try await sign(mount, ["prehashed": true])
        }
        await #expect(throws: EngineError.badRequest("invalid hash algorithm")) {
            try await sign(mount, ["hash_algorithm": "md5"])
        }
        await #expect(throws: EngineError.badRequest("unsupported rsa signature algorithm")) {
            try await sign(mount, ["signature_algorithm": "raw"])
        }
    }

    @Test("Ed25519 signs messages, not hashes of them")
    func pureEd25519() async throws {
        let mount = try await transitMount()
        try await mount.makeKey("k", "ed25519")
        for fields in [["prehashed": true], ["hash_algorithm": "sha2-512"], ["signature_context": "YQ=="]]
            as [JSONObject]
        {
            await #expect(throws: EngineError.self) { try await sign(mount, fields) }
        }
        let exported = try await mount.read("export/public-key/k").data?["keys"]?["1"]?.stringValue ?? ""
        let key = try AsymmetricKey(ed25519PublicKey: try #require(Base64.standard.decode(exported)))
        let signature = try await sign(mount)
        let bytes = try #require(Base64.standard.decode(signature.dropFirst("vault:v1:".count)))
        #expect(key.verifyEd25519(bytes, Array("message".utf8)))
    }

    @Test("a derived key signs with each context's own key")
    func derived() async throws {
        let mount = try await transitMount()
        try await mount.makeKey("k", "ed25519", ["derived": true])
        let one: JSONObject = ["context": .string(base64("one"))]
        let signature = try await sign(mount, one)
        #expect(try await isValid(mount, signature, one) == true)
        #expect(try await isValid(mount, signature, ["context": .string(base64("two"))]) == false)
        await #expect(throws: EngineError.self) { try await sign(mount) }
    }

    @Test(
        "broken signatures are told apart by Vault's words",
        arguments: [
            ("nonsense", "invalid signature: no prefix"), ("vault:v1", "invalid signature: wrong number of fields"),
            ("vault:vx:AAAA", "invalid signature: version number could not be decoded"),
            ("vault:v2:AAAA", "invalid signature: version is too new"),
            ("vault:v1:*", "invalid base64 signature value"),
        ])
    func broken(signature: String, text: String) async throws {
        let mount = try await transitMount()
        try await mount.makeKey("k", "ecdsa-p256")
        await #expect(throws: EngineError.badRequest(text)) { try await isValid(mount, signature) }
        #expect(try await isValid(mount, "vault:v1:AAAA") == false)
    }

    @Test("what is to be verified must be clear")
    func proofs() async throws {
        let mount = try await transitMount()
        try await mount.makeKey("k", "ed25519")
        func refused(_ fields: JSONObject, _ text: String) async {
            await #expect(throws: EngineError.badRequest(text)) { try await mount.write("verify/k", fields) }
        }
        await refused(["input": ""], "neither a 'signature' nor an 'hmac' were given to verify")
        await refused(["input": "", "signature": "x", "hmac": "y"], "provide one of 'signature' or 'hmac'")
        let (signature, hmac, none): (JSON, JSON, JSON) = (["signature": "x"], ["hmac": "x"], ["input": ""])
        await refused(
            ["batch_input": [signature, hmac]],
            "elements of batch_input must all provide 'signature' or all provide 'hmac'")
        await refused(["batch_input": [signature, none]], "some elements of batch_input are missing 'signature'")
        await refused(["batch_input": [hmac, none]], "some elements of batch_input are missing 'hmac'")
        await refused(["batch_input": [none]], "no batch_input elements have 'signature' or 'hmac'")
    }

    @Test("keys that cannot sign say so")
    func unsupported() async throws {
        let mount = try await transitMount()
        try await mount.makeKey()
        await #expect(throws: EngineError.badRequest("key type aes256-gcm96 does not support signing")) {
            try await sign(mount)
        }
        await #expect(throws: EngineError.badRequest("key type aes256-gcm96 does not support verification")) {
            try await isValid(mount, "vault:v1:AAAA")
        }
        await #expect(throws: EngineError.badRequest("signing key not found")) { try await mount.write("sign/none") }
        await #expect(throws: EngineError.badRequest("signature verification key not found")) {
            try await mount.write("verify/none", ["signature": "x"])
        }
    }
}
