import CofferBase
import CofferCrypto
import CofferJOSE
import CofferJSON
import OpenPGP
import Shamir

/// Keys, certificates and signed tokens of others.
extension FuzzTarget {
    private static let now = Timestamp(seconds: 1_800_000_000)

    static let pgp = FuzzTarget("pgp") { input in
        let packets = try? PGPPublicKey(packets: input, at: now)
        let armoured = try? PGPPublicKey(text: String(decoding: input, as: UTF8.self), at: now)
        for key in [packets, armoured] {
            if let key { _ = try? key.encrypt([1, 2, 3], at: now, random: .system) }
        }
    }

    private static let signingKey = try? SigningKey(generating: .es256)
    private static let claims: JSONObject = ["sub": "app", "exp": 1_900_000_000]
    private static let token = signingKey.flatMap { try? CompactToken.sign(claims, with: $0, keyID: "k") } ?? ""

    /// A token that was changed has no other claims that are believed.
    static let jose = FuzzTarget("jose") { input in
        guard let signingKey else { fatalError("no key") }
        let keys = JSONWebKeySet([JSONWebKey(id: "k", algorithm: nil, key: signingKey.publicKey)])
        let texts = [changed(Array(token.utf8), by: input), input]
        for text in texts.map({ String(decoding: $0, as: UTF8.self) }) {
            guard let parsed = try? CompactToken(text),
                let believed = try? parsed.verified(by: keys, allowing: Set(SignatureAlgorithm.allCases))
            else { continue }
            precondition(JSON.object(believed) == .object(claims), "claims that nobody signed")
        }
    }

    static let webKeys = FuzzTarget("web-keys") { input in
        _ = try? VerifyingKey(pem: String(decoding: input, as: UTF8.self))
        guard let json = try? JSON.parse(input), let keys = try? JSONWebKeySet(json) else { return }
        if let parsed = try? CompactToken(token) {
            _ = try? parsed.verified(by: keys, allowing: Set(SignatureAlgorithm.allCases))
        }
    }

    private static let ownKey = try? AsymmetricKey.generate(.p256, random: .system)

    /// What is read is written as the same key.
    static let der = FuzzTarget("der") { input in
        if let key = try? AsymmetricKey(publicKey: input), let written = try? key.publicDER() {
            precondition((try? AsymmetricKey(publicKey: written))?.hasPublicKey(of: key) == true, "another key")
        }
        if let key = try? AsymmetricKey(pkcs8: SecretBytes(copying: input)) { _ = try? key.pkcs8() }
        for label in ["RSA PRIVATE KEY", "EC PRIVATE KEY"] { _ = try? AsymmetricKey(privateKey: PEM(label, input)) }
        for block in PEM.blocks(in: String(decoding: input, as: UTF8.self)) ?? [] {
            _ = try? AsymmetricKey(privateKey: block)
            _ = try? Certificate(block.der)
        }
        if let certificate = try? Certificate(input), let ownKey {
            let client = ClientCertificate(commonName: "app", key: ownKey, start: now, end: now + .seconds(60))
            _ = try? client.signed(by: certificate, ownKey, nil, random: .system)
        }
        if let ownKey { _ = try? CertificateRequest.make(ownKey, template: input) }
    }

    /// Shares of any length and number: three pieces of the input, and a whole set of one byte each.
    static let shares = FuzzTarget("shares") { input in
        let pieces = input.split(separator: 10, omittingEmptySubsequences: false).map { SecretBytes(copying: $0) }
        _ = try? Shamir.combine(pieces)
    }
}
