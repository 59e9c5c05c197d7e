internal import CofferFramework
internal import CofferJSON

/// One text to sign, or a signature or MAC to verify.
struct SigningItem: BatchItem {
    var input: String?
    var context = ""
    var signature: String?
    var hmac: String?
    var cmac: String?
    var signatureContext = ""
    /// Of a CMAC; 0 for all 16 bytes.
    var macLength: Int64 = 0
    var reference = ""

    static let schema = Schema<SigningItem>(
        { SigningItem() },
        [
            Field("input", \.input, "The data, in base64.").secret,
            Field("context", \.context, "Context of a derived Ed25519 key, in base64."),
            Field("signature", \.signature, "The signature, as sign answered it."),
            Field("hmac", \.hmac, "The HMAC, as hmac answered it."),
            Field("cmac", \.cmac, "The CMAC, as cmac answered it."),
            Field("signature_context", \.signatureContext, "Must be empty: only pure Ed25519 is supported."),
            Field("mac_length", \.macLength, "Bytes of a CMAC; all 16 when 0 or not given."),
            Field("reference", \.reference, "Any text; repeated in the answer."),
        ])
}

struct SignInput: Sendable {
    var item = SigningItem()
    var batch = JSON.null
    var keyVersion: Int64 = 0
    var hashAlgorithm = ""
    /// The former name of `hash_algorithm`.
    var algorithm = ""
    var isPrehashed = false
    var signatureAlgorithm = ""
    var marshaling = "asn1"
    var saltLength = "auto"

    private static let shared: [Field<SignInput>] = [
        Field("hash_algorithm", \.hashAlgorithm, "sha1, none, or sha2- or sha3- with 224, 256, 384 or 512."),
        Field("algorithm", \.algorithm, "The former name of hash_algorithm."),
        Field("prehashed", \.isPrehashed, "Whether the input is a hash already."),
        Field("signature_algorithm", \.signatureAlgorithm, "Of RSA keys: pss (when not given) or pkcs1v15."),
        Field("marshaling_algorithm", \.marshaling, "asn1, or jws for the form of JSON Web Signatures."),
        Field("salt_length", \.saltLength, "Of PSS: auto (when not given), hash, or a number of bytes."),
        Field("batch_input", \.batch, "A list of items; the fields of a single one are ignored."),
    ]

    /// Of `sign`.
    static let signing = Schema<SignInput>(
        { SignInput() },
        SigningItem.schema.fields("input", "context", "signature_context").map { $0.within(\.item) } + shared + [
            Field("key_version", \.keyVersion, "Version to sign with; the latest when 0 or not given.")
        ])

    /// Of `verify`.
    static let verification = Schema<SignInput>(
        { SignInput() },
        SigningItem.schema.fields(
            "input", "context", "signature", "hmac", "cmac", "signature_context", "mac_length"
        ).map { $0.within(\.item) } + shared)

    /// Of `hmac`, `cmac`.
    static let authentication = Schema<SignInput>(
        { SignInput() },
        SigningItem.schema.fields("input", "mac_length").map { $0.within(\.item) } + [
            Field("algorithm", \.algorithm, "sha2- or sha3- with 224, 256, 384 or 512; sha2-256 when not given."),
            Field("key_version", \.keyVersion, "Version of the key; the latest when 0 or not given."),
            Field("batch_input", \.batch, "A list of items; the fields of a single one are ignored."),
        ])

    /// The name in the path counts first, then the newer field, then the older one.
    func hashName(_ call: Call) -> String {
        [call.capture("urlalgorithm"), hashAlgorithm, algorithm].first { !$0.isEmpty } ?? "sha2-256"
    }
}
