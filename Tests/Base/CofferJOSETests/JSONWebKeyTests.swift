import CofferJOSE
import CofferJSON
import Testing

@Suite struct JSONWebKeyTests {
    private func foreign(_ id: String) -> JSONObject {
        let key = ForeignTokens.keys.first { $0["kid"] == id } ?? [:]
        return JSONObject(uniqueMembers: key.map { .init(key: $0.key, value: .string($0.value)) })
    }

    private func with(_ name: String, _ value: JSON, _ id: String = "P-256") -> JSON {
        var object = foreign(id)
        object[name] = value
        return .object(object)
    }

    @Test("a key is written as it was read", arguments: ["RS", "P-256", "P-384", "P-521", "Ed"])
    func roundTrip(id: String) throws {
        let key = try #require(JSONWebKey(.object(foreign(id))))
        let written = key.json
        for member in foreign(id).members { #expect(written[member.key] == member.value, "\(member.key)") }
        #expect(written["use"] == "sig")
    }

    @Test("keys that are not for signatures of ours are left out, and the others stay")
    func tolerant() throws {
        let set = try JSONWebKeySet([
            "keys": [
                ["kty": "oct", "k": "AAAA"], ["kty": "OKP", "crv": "X25519", "x": "AAAA"],
                ["kty": "EC", "crv": "secp256k1", "x": "AAAA", "y": "AAAA"], "nonsense", [:], .null,
                with("use", "enc"), with("alg", "RSA-OAEP-256", "RS"), with("alg", "ES512"), with("x", "AAAA"),
                with("key_ops", ["encrypt"]), with("y", "!"), with("n", "AQAB", "RS"), .object(foreign("P-256")),
            ]
        ])
        #expect(set.keys.map(\.id) == ["P-256"])
        #expect(throws: JOSEError.malformed) { try JSONWebKeySet(["kys": []]) }
    }

    @Test("a key without an id, and one whose id the token does not name, are tried")
    func ids() throws {
        let token = try CompactToken(ForeignTokens.tokens["ES256"] ?? "")
        let nameless = try JSONWebKeySet(["keys": [with("kid", .null)]])
        #expect(try token.verified(by: nameless, allowing: [.es256])["sub"] == "bob")
        let other = try JSONWebKeySet(["keys": [with("kid", "other")]])
        #expect(throws: JOSEError.noMatchingKey) { try token.verified(by: other, allowing: [.es256]) }
    }

    @Test("keys in PEM are read for what they are")
    func pem() throws {
        let ed25519 = """
            -----BEGIN PUBLIC KEY-----
            MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
            -----END PUBLIC KEY-----
            """
        #expect(try VerifyingKey(pem: ed25519).family == .ed25519)
        #expect(throws: JOSEError.badKey) { try VerifyingKey(pem: "nonsense") }
        #expect(throws: JOSEError.badKey) {
            try VerifyingKey(pem: "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----")
        }
    }
}
