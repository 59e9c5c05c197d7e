package import CofferJSON

/// The public keys of an issuer (RFC 7517 §5).
package struct JSONWebKeySet: Sendable {
    package var keys: [JSONWebKey]

    package init(_ keys: [JSONWebKey]) { self.keys = keys }

    /// Keys of kinds that are not ours are left out, so that one of them does not make the others useless.
    package init(_ json: JSON) throws(JOSEError) {
        guard let entries = json["keys"]?.arrayValue else { throw .malformed }
        keys = entries.compactMap { JSONWebKey($0) }
    }

    package var json: JSONObject { ["keys": .array(keys.map { .object($0.json) })] }

    /// Keys that may have made a signature: by id when the token names one, by family in any case.
    func candidates(_ algorithm: SignatureAlgorithm, keyID: String?) -> [JSONWebKey] {
        keys.filter { key in
            guard key.key.family == algorithm.family, key.algorithm == nil || key.algorithm == algorithm else {
                return false
            }
            guard let keyID, !keyID.isEmpty, !key.id.isEmpty else { return true }
            return sameBytes(key.id, keyID)
        }
    }
}
