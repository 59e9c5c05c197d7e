package import CofferBase
package import CofferJSON

/// The claims that every relying party checks (RFC 7519 §4.1).
package struct ClaimCheck: Sendable {
    /// Nil takes any.
    package var issuer: String?
    /// One of them must be among the token's; empty takes any.
    package var audiences: [String] = []
    /// How far clocks may be apart.
    package var leeway: Duration = .seconds(60)
    package var expiryLeeway: Duration?
    package var notBeforeLeeway: Duration?
    package var requiresExpiry = true

    package init() {}

    package func check(_ claims: JSONObject, at now: Timestamp) throws(JOSEError) {
        try checkTimes(claims, now)
        if let issuer {
            guard let text = claims["iss"]?.stringValue, sameBytes(text, issuer) else { throw .wrongIssuer }
        }
        if audiences.isEmpty { return }
        let given = Self.audiences(of: claims)
        guard audiences.contains(where: { wanted in given.contains { sameBytes($0, wanted) } }) else {
            throw .wrongAudience
        }
    }

    private func checkTimes(_ claims: JSONObject, _ now: Timestamp) throws(JOSEError) {
        if let expiry = try Self.time("exp", claims) {
            if now >= expiry + (expiryLeeway ?? leeway) { throw .expired }
        } else if requiresExpiry {
            throw .missingClaim("exp")
        }
        if let start = try Self.time("nbf", claims), now + (notBeforeLeeway ?? leeway) < start { throw .notYetValid }
        if let issued = try Self.time("iat", claims), now + leeway < issued { throw .issuedInFuture }
    }

    /// `aud` is a text or a list of them.
    package static func audiences(of claims: JSONObject) -> [String] {
        switch claims["aud"] {
        case .string(let text)?: [text]
        case .array(let items)?: items.compactMap(\.stringValue)
        default: []
        }
    }

    /// Seconds since 1970, with or without a fraction; nil when the claim is absent.
    package static func time(_ name: String, _ claims: JSONObject) throws(JOSEError) -> Timestamp? {
        guard let claim = claims[name], !claim.isNull else { return nil }
        guard case .number(let number) = claim, let seconds = number.double, abs(seconds) < 9e9 else {
            throw .malformed
        }
        return Timestamp(nanoseconds: Int64(seconds * 1e9))
    }
}
