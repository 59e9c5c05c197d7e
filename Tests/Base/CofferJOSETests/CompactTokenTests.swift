import CofferBase
import CofferJOSE
import CofferJSON
import Testing

@Suite struct CompactTokenTests {
    private static let all = Set(SignatureAlgorithm.allCases)

    private func keys() throws -> JSONWebKeySet {
        let keys = ForeignTokens.keys.map { key in
            JSON.object(JSONObject(uniqueMembers: key.map { .init(key: $0.key, value: .string($0.value)) }))
        }
        return try JSONWebKeySet(["keys": .array(keys)])
    }

    private func token(_ algorithm: SignatureAlgorithm) throws -> CompactToken {
        try CompactToken(ForeignTokens.tokens[algorithm.rawValue] ?? "")
    }

    @Test("tokens that another library signed are verified", arguments: SignatureAlgorithm.allCases)
    func foreign(algorithm: SignatureAlgorithm) throws {
        let claims = try token(algorithm).verified(by: keys(), allowing: [algorithm])
        #expect(claims["sub"] == "bob")
        #expect(claims["n"]?["deep"] == [1, 2])
    }

    @Test(
        "an algorithm that is not allowed is refused, whatever the token says", arguments: SignatureAlgorithm.allCases)
    func allowList(algorithm: SignatureAlgorithm) throws {
        #expect(throws: JOSEError.algorithmNotAllowed) {
            try token(algorithm).verified(by: keys(), allowing: Self.all.subtracting([algorithm]))
        }
    }

    @Test("what we sign is verified, and nothing else with its signature", arguments: SignatureAlgorithm.allCases)
    func roundTrip(algorithm: SignatureAlgorithm) throws {
        let key = try SigningKey(generating: algorithm)
        let again = try SigningKey(stored: key.stored, for: algorithm)
        let text = try CompactToken.sign(["sub": "eve"], with: again, keyID: "k1")
        let set = JSONWebKeySet([JSONWebKey(id: "k1", algorithm: algorithm, key: key.publicKey)])
        let read = try JSONWebKeySet(.object(set.json))
        #expect(try CompactToken(text).verified(by: read, allowing: [algorithm])["sub"] == "eve")
        var parts = text.split(separator: ".").map(String.init)
        parts[1] = Base64.urlUnpadded.encode(Array(#"{"sub":"bob"}"#.utf8))
        #expect(throws: JOSEError.noMatchingKey) {
            try CompactToken(parts.joined(separator: ".")).verified(by: read, allowing: [algorithm])
        }
        let other = JSONWebKeySet([
            JSONWebKey(id: "k1", algorithm: algorithm, key: try SigningKey(generating: algorithm).publicKey)
        ])
        #expect(throws: JOSEError.noMatchingKey) { try CompactToken(text).verified(by: other, allowing: [algorithm]) }
    }

    @Test("no signature, and a public key used as a shared secret, are no signatures")
    func confusion() throws {
        func text(_ algorithm: String, _ signature: String) -> String {
            let header = Base64.urlUnpadded.encode(Array(#"{"alg":"\#(algorithm)"}"#.utf8))
            return header + "." + Base64.urlUnpadded.encode(Array(#"{"sub":"eve"}"#.utf8)) + "." + signature
        }
        #expect(throws: JOSEError.malformed) { try CompactToken(text("none", "")) }
        for algorithm in ["none", "NONE", "HS256", "rs256", ""] {
            #expect(throws: JOSEError.algorithmNotAllowed) {
                try CompactToken(text(algorithm, "AAAA")).verified(by: keys(), allowing: Self.all)
            }
        }
    }

    @Test(
        "what is no token is refused",
        arguments: [
            "", ".", "..", "a.b", "a.b.c.d", "e30.e30.", "e30=.e30.AAAA", "e30.W10.AAAA", "W10.e30.AAAA", "e30.e30.A",
            "eyJjcml0IjpbIngiXX0.e30.AAAA",
        ])
    func malformed(text: String) {
        #expect(throws: JOSEError.malformed) { try CompactToken(text) }
    }

    @Test("one garbage token changes nothing for the next ones")
    func noPinning() throws {
        let set = try keys()
        for _ in 0..<2 {
            let header = Base64.urlUnpadded.encode(Array(#"{"alg":"RS512","kid":"RS"}"#.utf8))
            #expect(throws: JOSEError.noMatchingKey) {
                try CompactToken(header + ".e30.AAAA").verified(by: set, allowing: Self.all)
            }
            #expect(try token(.rs256).verified(by: set, allowing: Self.all)["sub"] == "bob")
        }
    }
}
