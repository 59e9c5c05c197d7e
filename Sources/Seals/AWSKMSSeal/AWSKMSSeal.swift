internal import AWSClient
internal import ClientTLS
package import CofferBase
internal import CofferCrypto
package import CofferFramework
package import HTTPClient

/// A seal whose key is in the key management service of AWS.
///
/// Each time a fresh key encrypts, and the service encrypts that key: what it gets is never the root key.
package final class AWSKMSSeal: AutoSeal {
    package static let kind = SealKind(
        type: "awskms", keys: ["region", "access_key", "secret_key", "session_token", "kms_key_id", "endpoint"]
    ) { settings throws(SealFailure) in try AWSKMSSeal(settings) }

    package let identity: String
    private let keys: KeyService
    private let random: RandomSource
    private let current = Snapshot("")

    /// As Vault numbers its ways to use the service: a key of our own encrypted by it.
    private static let envelope: UInt64 = 1

    /// - Parameters:
    ///   - send: how requests reach the service; the usual way unless given.
    ///   - openPlaces: the same for the places where credentials may be found.
    package init(
        _ settings: SealSettings, send: HTTPSender? = nil,
        openPlaces: (@Sendable (HTTPAddress) -> HTTPSender)? = nil
    ) throws(SealFailure) {
        guard let key = settings.value("kms_key_id", over: "VAULT_AWSKMS_SEAL_KEY_ID") else {
            throw SealFailure(.invalid, "kms_key_id is required")
        }
        let region = settings.value("region", over: "AWS_REGION", "AWS_DEFAULT_REGION") ?? "us-east-1"
        let fixed = try Self.fixedCredentials(settings)
        let endpoint = settings.value("endpoint", over: "AWS_KMS_ENDPOINT")
        let address = endpoint.map { HTTPAddress($0) } ?? AWSService.standardAddress(service: "kms", region: region)
        guard let address else {
            throw SealFailure(
                .invalid, endpoint == nil ? "region is no name of a region" : "endpoint must be a URL of http or https")
        }
        var trust = ClientTrust()
        trust.authorityFile = settings.environment["AWS_CA_BUNDLE"] ?? ""
        let service = AWSService(
            address, AWSSignature(region: region, service: "kms"),
            fixed ?? AWSCredentials(accessKey: "", secretKey: ""),
            clock: settings.clock, trust: trust, send: send)
        let chain = AWSCredentialChain(
            fixed: fixed, environment: settings.environment, region: region, clock: settings.clock,
            open: openPlaces ?? { [trust] in OutboundHTTP($0, trust: trust).sender })
        keys = KeyService(service: service, chain: chain, key: key)
        identity = "awskms:\(region)/\(key)"
        random = settings.random
    }

    /// Of the stanza or the environment; nil: they are to be looked for.
    private static func fixedCredentials(_ settings: SealSettings) throws(SealFailure) -> AWSCredentials? {
        let access = settings.value("access_key", else: "AWS_ACCESS_KEY_ID")
        let secret = settings.value("secret_key", else: "AWS_SECRET_ACCESS_KEY")
        if access == nil && secret == nil { return nil }
        guard let access, let secret else {
            throw SealFailure(.invalid, "access_key and secret_key are required together")
        }
        return AWSCredentials(
            accessKey: access, secretKey: secret,
            sessionToken: settings.value("session_token", else: "AWS_SESSION_TOKEN") ?? "")
    }

    package func wrap(_ key: SecretBytes) async throws(SealFailure) -> WrappedKey {
        guard let dataKey = try? SecretBytes(count: 32, from: random), let aead = AEADKey(.aes256GCM, dataKey),
            let nonce = try? random.bytes(AEADKey.nonceLength)
        else { throw SealFailure(.invalid, "the operating system gave no random bytes") }
        var plaintext = key.copyBytes()
        defer { zero(&plaintext) }
        var ciphertext: [UInt8] = []
        do throws(AEADError) {
            try aead.seal(plaintext, nonce: nonce[...], aad: [], into: &ciphertext)
        } catch {
            throw SealFailure(.invalid, "the key could not be encrypted")
        }
        let encrypted = try await keys.encrypt(dataKey)
        var wrapped = WrappedKey(ciphertext: ciphertext)
        wrapped.nonce = nonce
        wrapped.mechanism = Self.envelope
        wrapped.keyID = encrypted.keyID
        wrapped.dataKey = encrypted.ciphertext
        current.replace(with: encrypted.keyID)
        return wrapped
    }

    package func unwrap(_ wrapped: WrappedKey) async throws(SealFailure) -> SecretBytes {
        guard wrapped.mechanism == Self.envelope, !wrapped.dataKey.isEmpty,
            wrapped.nonce.count == AEADKey.nonceLength
        else { throw SealFailure(.wrongKey, "what is stored was not wrapped by this kind of seal") }
        let dataKey = try await keys.decrypt(wrapped.dataKey, keyID: wrapped.keyID)
        guard let aead = AEADKey(.aes256GCM, dataKey),
            var plaintext = try? aead.open(wrapped.ciphertext[...], nonce: wrapped.nonce[...], aad: [])
        else { throw SealFailure(.wrongKey, "what is stored was changed") }
        defer { zero(&plaintext) }
        return SecretBytes(copying: plaintext)
    }

    package func isStale(_ wrapped: WrappedKey) -> Bool {
        let current = current.value
        return !current.isEmpty && current != wrapped.keyID
    }
}
