internal import CofferBase
internal import CofferCrypto
package import CofferFramework
internal import CofferJSON
internal import CofferStorage

/// Wrapping tokens as signed JWTs (`X-Vault-Wrap-Format: jwt`): the token is the claim `jti`.
///
/// The signature lets others see that a token is this server's own before they send it anywhere.
extension Tokens {
    private static let header = #"{"alg":"ES512","typ":"JWT"}"#

    /// The JWT that stands for the token of `info`.
    package func jwt(for info: WrapInfo) async throws -> String {
        let claims: JSONObject = [
            "accessor": .string(info.accessor), "addr": "", "exp": .int((info.creationTime + info.ttl).seconds),
            "iat": .int(info.creationTime.seconds), "jti": .string(info.token), "type": "wrapping",
        ]
        let text =
            Base64.urlUnpadded.encode(Self.header.utf8) + "."
            + Base64.urlUnpadded.encode(JSON.object(claims).serialized())
        guard let signature = try await wrappingKey().sign(Array(text.utf8)) else {
            throw EngineError.internal("the wrapping token could not be signed")
        }
        return text + "." + Base64.urlUnpadded.encode(signature)
    }

    /// The token that a JWT of this server stands for; every other text comes back as it is.
    package func token(inJWT text: String) async throws -> String {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, text.hasPrefix("eyJ"), text.utf8.count <= 8192,
            let claims = Base64.urlUnpadded.decode(parts[1]), let signature = Base64.urlUnpadded.decode(parts[2]),
            try await wrappingKey().verify(signature, of: Array((parts[0] + "." + parts[1]).utf8)),
            let object = try? JSON.parseObject(claims), object["type"]?.stringValue == "wrapping",
            let token = object["jti"]?.stringValue
        else { return text }
        return token
    }

    /// The key that verifies such JWTs, as PEM.
    package func wrappingPublicKey() async throws -> String { try await wrappingKey().publicPEM }

    /// Drawn when it is first asked for; most servers never need one.
    private func wrappingKey() async throws -> ES512Key {
        let bytes = try await Self.kept("wrapping-key", in: view) { try ES512Key.draw(random) }
        guard let key = ES512Key(rawRepresentation: bytes) else {
            throw EngineError.internal("the key of wrapping tokens cannot be read")
        }
        return key
    }
}
