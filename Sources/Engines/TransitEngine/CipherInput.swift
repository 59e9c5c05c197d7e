internal import CofferFramework
internal import CofferJSON

/// One text to encrypt, decrypt or rewrap.
struct CipherItem: BatchItem {
    var plaintext: String?
    var ciphertext = ""
    var context = ""
    var nonce = ""
    var keyVersion: Int64 = 0
    var associatedData = ""
    var paddingScheme: String?
    var decryptPaddingScheme: String?
    var encryptPaddingScheme: String?
    var reference = ""

    static let schema = Schema<CipherItem>(
        { CipherItem() },
        [
            Field("plaintext", \.plaintext, "What to encrypt, in base64.").secret,
            Field("ciphertext", \.ciphertext, "What encrypt answered."),
            Field("context", \.context, "Context of a derived key, in base64."),
            Field("nonce", \.nonce, "Only for convergent keys of Vault 0.6.1, which this server does not have."),
            Field("key_version", \.keyVersion, "Version to encrypt with; the latest when 0 or not given."),
            Field(
                "associated_data", \.associatedData,
                "Data, in base64, that is authenticated but not encrypted; the same must be given to decrypt."),
            Field("padding_scheme", \.paddingScheme, "Of RSA keys: oaep (when not given) or pkcs1v15."),
            Field("decrypt_padding_scheme", \.decryptPaddingScheme, "Padding of the given ciphertext."),
            Field("encrypt_padding_scheme", \.encryptPaddingScheme, "Padding of the new ciphertext."),
            Field("reference", \.reference, "Any text; repeated in the answer."),
        ])
}

/// A request to encrypt, decrypt or rewrap, or for a data key.
struct CipherInput: Sendable {
    var item = CipherItem()
    var batch = JSON.null
    /// What a key that does not exist is made as.
    var type = KeyType.aes256.rawValue
    var isConvergent = false
    var partialFailureStatus: Int64?
    /// Of a data key.
    var bits: Int64 = 256

    private static func schema(_ items: [Field<CipherItem>], _ own: [Field<CipherInput>]) -> Schema<CipherInput> {
        Schema({ CipherInput() }, items.map { $0.within(\.item) } + own)
    }

    private static let batchField = Field<CipherInput>(
        "batch_input", \.batch, "A list of items; the fields of a single one are ignored.")
    private static let statusField = Field<CipherInput>(
        "partial_failure_response_code", \.partialFailureStatus,
        "Status of an answer in which some items failed and some did not; 400 when not given.")

    static let encryption = schema(
        CipherItem.schema.fields(
            "plaintext", "context", "nonce", "key_version", "associated_data", "padding_scheme"),
        [
            batchField, statusField,
            Field("type", \.type, "Type of the key, should it have to be created; aes256-gcm96 when not given."),
            Field("convergent_encryption", \.isConvergent, "Whether a key that is created is convergent."),
        ])

    static let decryption = schema(
        CipherItem.schema.fields("ciphertext", "context", "nonce", "associated_data", "padding_scheme"),
        [batchField, statusField])

    static let rewrapping = schema(
        CipherItem.schema.fields(
            "ciphertext", "context", "nonce", "key_version", "decrypt_padding_scheme", "encrypt_padding_scheme"),
        [batchField])

    static let dataKey = schema(
        CipherItem.schema.fields("context", "nonce", "key_version", "padding_scheme"),
        [Field("bits", \.bits, "Length of the data key: 128, 256 or 512; 256 when not given.")])
}
