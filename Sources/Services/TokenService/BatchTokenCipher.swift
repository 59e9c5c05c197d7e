internal import CofferBase
internal import CofferCrypto
internal import CofferFramework
internal import LeaseService

/// Batch tokens: the whole token as an encrypted text that nobody stores.
///
/// `hvb.` + base64url(1 ‖ 16 random bytes ‖ 12 byte nonce ‖ AES-256-GCM). Each token has a key of its
/// own, HMAC-SHA256(secret behind the barrier, the random bytes), so that no number of tokens wears
/// out one key's nonces.
struct BatchTokenCipher: Sendable {
    static let prefix = "hvb."
    /// What fits into a request header (contract, 431).
    static let longest = 8192

    private static let version: UInt8 = 1
    private static let label = Array("coffer batch token 1".utf8)
    private static let saltLength = 16
    private let mac: HMACSHA256

    init(secret: [UInt8]) { mac = HMACSHA256(key: secret) }

    /// The token's text; nil when the cipher fails or the text would be too long.
    func seal(_ entry: TokenEntry, random: RandomSource) throws(RandomError) -> String? {
        let salt = try random.bytes(Self.saltLength)
        let nonce = try random.bytes(AEADKey.nonceLength)
        var sealed = [Self.version] + salt + nonce
        let content = entry.encoded()
        guard let key = key(salt[...]),
            (try? key.seal(content, nonce: nonce[...], aad: Self.label, into: &sealed)) != nil
        else { return nil }
        let text = Self.prefix + Base64.urlUnpadded.encode(sealed) + LeaseID.suffix(of: entry.namespaceID)
        return text.utf8.count <= Self.longest ? text : nil
    }

    /// Nil for every text that this server did not make.
    func open(_ token: String) -> TokenEntry? {
        let (body, suffix) = Self.parts(token)
        let head = 1 + Self.saltLength + AEADKey.nonceLength
        guard token.hasPrefix(Self.prefix), token.utf8.count <= Self.longest,
            let sealed = Base64.urlUnpadded.decode(body), sealed.count > head, sealed[0] == Self.version,
            // One spelling for each token: base64 has idle bits at its end.
            Base64.urlUnpadded.encode(sealed) == body,
            let key = key(sealed[1..<1 + Self.saltLength]),
            let content = try? key.open(
                sealed[head...], nonce: sealed[1 + Self.saltLength..<head], aad: Self.label),
            var entry = try? TokenEntry(encoded: content), suffix == LeaseID.suffix(of: entry.namespaceID)
        else { return nil }
        entry.id = token
        return entry
    }

    /// What is encrypted, and the mark of the namespace.
    private static func parts(_ token: String) -> (body: String, suffix: String) {
        let body = token.dropFirst(prefix.count)
        guard let dot = body.firstIndex(of: ".") else { return (String(body), "") }
        return (String(body[..<dot]), String(body[dot...]))
    }

    private func key(_ salt: ArraySlice<UInt8>) -> AEADKey? {
        var bytes = mac.authenticate(Self.label + salt)
        defer { zero(&bytes) }
        return AEADKey(SecretBytes(copying: bytes))
    }
}
