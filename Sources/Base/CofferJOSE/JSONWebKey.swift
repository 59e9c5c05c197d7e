package import CofferJSON
internal import Crypto
internal import CryptoExtras

/// A public key as JSON (RFC 7517).
package struct JSONWebKey: Sendable {
    package var id: String
    /// Nil when the key does not say: then it may be used with every algorithm of its family.
    package var algorithm: SignatureAlgorithm?
    package let key: VerifyingKey

    package init(id: String, algorithm: SignatureAlgorithm?, key: VerifyingKey) {
        self.id = id
        self.algorithm = algorithm
        self.key = key
    }

    /// Nil for a key that cannot check signatures here: another type, another curve, for encryption, or malformed.
    package init?(_ json: JSON) {
        guard let object = json.objectValue, let key = Self.key(object) else { return nil }
        if let use = object["use"]?.stringValue, use != "sig" { return nil }
        if let operations = object["key_ops"]?.arrayValue,
            !operations.contains(where: { $0.stringValue == "verify" })
        {
            return nil
        }
        algorithm = nil
        if let name = object["alg"]?.stringValue {
            guard let named = SignatureAlgorithm(rawValue: name), named.family == key.family else { return nil }
            algorithm = named
        }
        id = object["kid"]?.stringValue ?? ""
        self.key = key
    }

    private static func key(_ object: JSONObject) -> VerifyingKey? {
        func number(_ name: String) -> [UInt8]? { object[name]?.stringValue.flatMap { Base64Text.url($0) } }
        switch (object["kty"]?.stringValue, object["crv"]?.stringValue) {
        case ("RSA", _):
            guard let n = number("n"), let e = number("e"), let key = try? _RSA.Signing.PublicKey(n: n, e: e),
                (2048...8192).contains(key.keySizeInBits)
            else { return nil }
            return VerifyingKey(.rsa(key))
        case ("EC", "P-256"):
            guard let point = point(number("x"), number("y"), 32) else { return nil }
            return (try? P256.Signing.PublicKey(rawRepresentation: point)).map { VerifyingKey(.p256($0)) }
        case ("EC", "P-384"):
            guard let point = point(number("x"), number("y"), 48) else { return nil }
            return (try? P384.Signing.PublicKey(rawRepresentation: point)).map { VerifyingKey(.p384($0)) }
        case ("EC", "P-521"):
            guard let point = point(number("x"), number("y"), 66) else { return nil }
            return (try? P521.Signing.PublicKey(rawRepresentation: point)).map { VerifyingKey(.p521($0)) }
        case ("OKP", "Ed25519"):
            guard let x = number("x"), x.count == 32 else { return nil }
            return (try? Curve25519.Signing.PublicKey(rawRepresentation: x)).map { VerifyingKey(.ed25519($0)) }
        default: return nil
        }
    }

    private static func point(_ x: [UInt8]?, _ y: [UInt8]?, _ length: Int) -> [UInt8]? {
        guard let x, let y, x.count == length, y.count == length else { return nil }
        return x + y
    }

    package var json: JSONObject {
        var object: JSONObject = ["use": "sig", "kid": .string(id)]
        if let algorithm { object["alg"] = .string(algorithm.rawValue) }
        for member in numbers.members { object[member.key] = member.value }
        return object
    }

    private var numbers: JSONObject {
        switch key.kind {
        case .rsa(let key):
            // A key of our own, or one that was read from these numbers: it has them.
            guard let numbers = try? key.getKeyPrimitives() else { return ["kty": "RSA"] }
            return [
                "kty": "RSA", "n": .string(Base64Text.url(Array(numbers.modulus))),
                "e": .string(Base64Text.url(Array(numbers.publicExponent))),
            ]
        case .p256(let key): return Self.curve("P-256", Array(key.rawRepresentation))
        case .p384(let key): return Self.curve("P-384", Array(key.rawRepresentation))
        case .p521(let key): return Self.curve("P-521", Array(key.rawRepresentation))
        case .ed25519(let key):
            return ["kty": "OKP", "crv": "Ed25519", "x": .string(Base64Text.url(Array(key.rawRepresentation)))]
        }
    }

    private static func curve(_ name: String, _ point: [UInt8]) -> JSONObject {
        [
            "kty": "EC", "crv": .string(name), "x": .string(Base64Text.url(point.prefix(point.count / 2))),
            "y": .string(Base64Text.url(point.suffix(point.count / 2))),
        ]
    }
}
