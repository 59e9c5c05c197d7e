internal import CofferBase
internal import CofferCrypto
internal import CofferFramework
internal import CofferJSON

/// A version as it is stored, which is also how it stands in a backup: Vault's own form, Go's JSON of its structures,
/// with big numbers as decimal literals.
enum VersionRecord {
    /// What stands in a backup at the place of a version that never was.
    static let blank: JSONObject = [
        "key": nil, "hmac_key": nil, "time": .string(Timestamp.unsetText), "ec_x": nil, "ec_y": nil, "ec_d": nil,
        "rsa_key": nil, "rsa_public_key": nil, "public_key": "", "convergent_version": 0, "creation_time": 0,
        "certificate_chain": nil,
    ]

    static func encode(_ version: KeyVersion, of key: Key) throws -> JSON {
        var entry = blank
        entry["hmac_key"] = bytes(version.hmacKey.copyBytes())
        entry["time"] = .string(version.created.rfc3339)
        entry["creation_time"] = .int(version.created.seconds)
        if key.isConvergent { entry["convergent_version"] = .int(version.convergence) }
        if !version.certificates.isEmpty { entry["certificate_chain"] = .array(version.certificates.map(bytes)) }
        guard let pair = version.pair else {
            entry["key"] = version.secret.map { bytes($0.copyBytes()) } ?? .null
            return .object(entry)
        }
        if let publicKey = pair.ed25519PublicKey {
            entry["public_key"] = bytes(publicKey)
            entry["key"] = version.secret.map { bytes($0.copyBytes()) } ?? .null
        } else if let numbers = pair.curveNumbers {
            entry["ec_x"] = number(numbers.x)
            entry["ec_y"] = number(numbers.y)
            entry["ec_d"] = number(numbers.d)
            entry["public_key"] = .string(PEM("PUBLIC KEY", try pair.publicDER()).text)
        } else if let numbers = pair.rsaNumbers {
            entry[pair.isPrivate ? "rsa_key" : "rsa_public_key"] = rsa(numbers, isPrivate: pair.isPrivate)
        }
        return .object(entry)
    }

    private static func rsa(_ numbers: AsymmetricKey.RSANumbers, isPrivate: Bool) -> JSON {
        var object = JSONObject()
        object.append("N", number(numbers.modulus))
        object.append("E", number(numbers.publicExponent))
        guard isPrivate else { return .object(object) }
        object.append("D", number(numbers.privateExponent))
        object.append("Primes", .array(numbers.primes.map(number)))
        object.append(
            "Precomputed",
            [
                "Dp": number(numbers.exponents[0]), "Dq": number(numbers.exponents[1]),
                "Qinv": number(numbers.coefficient), "CRTValues": [],
            ])
        return .object(object)
    }

    private static func bytes(_ bytes: [UInt8]) -> JSON { .string(Base64.standard.encode(bytes)) }

    /// Null for an empty text.
    private static func number(_ text: String) -> JSON {
        text.isEmpty ? .null : .number(JSONNumber(checkedText: text))
    }

    // MARK: reading

    /// - Throws: any error when it is not a version of a key of this type.
    static func decode(_ json: JSON, of key: Key) throws -> KeyVersion {
        let material = try material(json, of: key)
        guard let created = json["time"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) }) else {
            throw TransitErrors.damaged
        }
        let hmacKey: SecretBytes
        if key.type == .hmac, case .secret(let secret, _) = material {
            hmacKey = secret
        } else {
            hmacKey = SecretBytes(copying: try decoded(json["hmac_key"]))
        }
        var version = KeyVersion(material, hmacKey: hmacKey, created: created)
        if key.isConvergent {
            version.convergence = json["convergent_version"]?.intValue ?? 1
        }
        version.certificates = try (json["certificate_chain"]?.arrayValue ?? []).map { try decoded($0) }
        return version
    }

    private static func material(_ json: JSON, of key: Key) throws -> KeyVersion.Material {
        if key.type == .ed25519 {
            guard let secret = json["key"], !secret.isNull else {
                return .pair(try AsymmetricKey(ed25519PublicKey: try decoded(json["public_key"])))
            }
            // Seed and public key; the latter follows from the former.
            let seed = SecretBytes(copying: try decoded(secret).prefix(32))
            return .pair(try AsymmetricKey(ed25519Seed: seed))
        }
        if key.type.isRSA { return .pair(try rsaKey(json, of: key)) }
        if let kind = key.type.pair {
            var numbers = AsymmetricKey.CurveNumbers()
            (numbers.x, numbers.y) = (text(json["ec_x"]), text(json["ec_y"]))
            numbers.d = text(json["ec_d"])
            return .pair(try AsymmetricKey(kind, numbers))
        }
        let secret = SecretBytes(copying: try decoded(json["key"]))
        if let parameterSet = MLDSAKey.ParameterSet(rawValue: key.parameterSet) {
            return .lattice(try MLDSAKey(parameterSet, seed: secret))
        }
        return try .secret(secret, for: key)
    }

    private static func rsaKey(_ json: JSON, of key: Key) throws -> AsymmetricKey {
        let isPrivate = json["rsa_key"]?.objectValue != nil
        guard let object = (isPrivate ? json["rsa_key"] : json["rsa_public_key"])?.objectValue else {
            throw TransitErrors.damaged
        }
        var numbers = AsymmetricKey.RSANumbers()
        numbers.modulus = text(object["N"])
        numbers.publicExponent = text(object["E"])
        if isPrivate {
            numbers.privateExponent = text(object["D"])
            numbers.primes = object["Primes"]?.arrayValue?.map { text($0) } ?? []
        }
        let pair = try AsymmetricKey(numbers)
        guard pair.kind == key.type.pair else { throw TransitErrors.damaged }
        return pair
    }

    private static func decoded(_ json: JSON?) throws -> [UInt8] {
        guard let text = json?.stringValue else { throw TransitErrors.damaged }
        return try decodeBase64(text)
    }

    private static func text(_ json: JSON?) -> String {
        if case .number(let number)? = json { number.text } else { "" }
    }
}
