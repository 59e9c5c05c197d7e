internal import CofferBase
package import CofferJSON

/// A signed token in its compact form (RFC 7515 §7.1, RFC 7519).
package struct CompactToken: Sendable {
    package let header: JSONObject
    /// Not to be believed before `verified`.
    package let claims: JSONObject
    private let signedText: [UInt8]
    private let signature: [UInt8]

    /// Longest token that is looked at, in bytes.
    package static let maximumLength = 64 * 1024

    /// What a foreign token may cost to read.
    private static let limits = JSONLimits(
        depth: 32, stringBytes: 64 * 1024, objectEntries: 1000, arrayElements: 4000, tokens: 16_000)

    package init(_ text: String) throws(JOSEError) {
        guard text.utf8.count <= Self.maximumLength else { throw .malformed }
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            .map { Substring($0) }
        guard parts.count == 3, let head = Base64Text.url(parts[0]), let body = Base64Text.url(parts[1]),
            let signature = Base64Text.url(parts[2]), !signature.isEmpty
        else { throw .malformed }
        do {
            header = try JSON.parseObject(head, limits: Self.limits)
            claims = try JSON.parseObject(body, limits: Self.limits)
        } catch {
            throw .malformed
        }
        // Extensions that must be understood are not (RFC 7515 §4.1.11).
        guard header["crit"] == nil, header["b64"] == nil else { throw .malformed }
        signedText = Array(text.utf8.prefix(parts[0].utf8.count + 1 + parts[1].utf8.count))
        self.signature = signature
    }

    package var keyID: String? { header["kid"]?.stringValue }

    /// The claims, when a key of the set signed them with an allowed algorithm.
    ///
    /// The allowed algorithms come first: what the token says of itself never widens them.
    package func verified(by keys: JSONWebKeySet, allowing allowed: Set<SignatureAlgorithm>) throws(JOSEError)
        -> JSONObject
    {
        guard let algorithm = header["alg"]?.stringValue.flatMap(SignatureAlgorithm.init(rawValue:)),
            allowed.contains(algorithm)
        else { throw .algorithmNotAllowed }
        for candidate in keys.candidates(algorithm, keyID: keyID)
        where candidate.key.verifies(signature, of: signedText, with: algorithm) {
            return claims
        }
        throw .noMatchingKey
    }

    /// Signs claims.
    package static func sign(
        _ claims: JSONObject, with key: SigningKey, keyID: String, type: String? = nil
    ) throws(JOSEError) -> String {
        var header: JSONObject = ["alg": .string(key.algorithm.rawValue), "kid": .string(keyID)]
        if let type { header["typ"] = .string(type) }
        let text =
            Base64Text.url(JSON.object(header).serialized()) + "." + Base64Text.url(JSON.object(claims).serialized())
        return text + "." + Base64Text.url(try key.signature(of: Array(text.utf8)))
    }
}
