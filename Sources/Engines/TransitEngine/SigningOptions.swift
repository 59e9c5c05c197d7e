internal import CofferBase
internal import CofferCrypto
internal import CofferFramework

/// How a request wants its signatures.
struct SigningOptions: Sendable {
    /// Nil for none: the input is signed as it is.
    let function: Digest?
    let isPrehashed: Bool
    let usesPKCS1: Bool
    let salt: AsymmetricKey.SaltLength
    let form: AsymmetricKey.SignatureForm

    init(_ input: SignInput, hash name: String, _ type: KeyType) throws(EngineError) {
        if name == "none" {
            guard input.isPrehashed, input.signatureAlgorithm == "pkcs1v15" else { throw TransitErrors.hashNone }
            function = nil
        } else {
            guard let digest = Digest(rawValue: name) else { throw TransitErrors.hashAlgorithm }
            function = digest
        }
        switch input.marshaling {
        case "asn1": form = .der
        case "jws": form = .fixed
        default: throw TransitErrors.marshaling
        }
        if type.isRSA, !["", "pss", "pkcs1v15"].contains(input.signatureAlgorithm) {
            throw TransitErrors.signatureAlgorithm
        }
        if type == .ed25519 {
            if input.isPrehashed { throw TransitErrors.pureEd25519Prehashed }
            if function == .sha512 { throw TransitErrors.pureEd25519Hash }
        }
        usesPKCS1 = input.signatureAlgorithm == "pkcs1v15"
        isPrehashed = input.isPrehashed
        salt = try Self.saltLength(input.saltLength)
    }

    private static func saltLength(_ text: String) throws(EngineError) -> AsymmetricKey.SaltLength {
        switch text.lowercased() {
        case "auto", "": return .auto
        case "hash": return .digest
        default:
            guard let count = Int(text) else { throw TransitErrors.saltLength }
            // −1 is how Go programs spell "as long as the hash".
            if count == -1 { return .digest }
            guard count > -1 else { throw TransitErrors.negativeSaltLength(count) }
            return count == 0 ? .auto : .bytes(count)
        }
    }

    /// JSON Web Signatures are in base64url without padding.
    var encoding: Base64 { form == .fixed ? .urlUnpadded : .standard }
}
