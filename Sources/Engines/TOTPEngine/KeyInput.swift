internal import CofferBase
internal import CofferCrypto
internal import CofferFramework

/// What makes a key: the wish for a new one, or one from another service, by itself or in a URL.
struct KeyInput: Sendable {
    var generate = false
    var exported = true
    var keySize: Int64 = 20
    var key = ""
    var url = ""
    var issuer = ""
    var accountName = ""
    var period: Duration = .seconds(30)
    var algorithm = "SHA1"
    var digits: Int64 = 6
    var skew: Int64 = 1
    var qrSize: Int64 = 200

    static let schema = Schema<KeyInput>(
        { KeyInput() },
        [
            Field("generate", \.generate, "Make a new key, instead of keeping one from another service."),
            Field("exported", \.exported, "Answer with URL and QR code of a new key."),
            Field("key_size", \.keySize, "Bytes of a new key."),
            Field("key", \.key, "Key from another service, in base 32.").secret,
            Field("url", \.url, "otpauth URL from another service, which says everything.").secret,
            Field("issuer", \.issuer, "Who issued the key; required for a new one."),
            Field("account_name", \.accountName, "Account that the key is for; required for a new one."),
            Field("period", \.period, "How long a code is shown."),
            Field("algorithm", \.algorithm, "Hash of the codes: SHA1, SHA256 or SHA512."),
            Field("digits", \.digits, "Digits of a code: 6 or 8."),
            Field("skew", \.skew, "Periods before and after the present one that count too: 0 or 1."),
            Field("qr_size", \.qrSize, "Pixels along one side of the QR code; 0 for no QR code."),
        ])

    /// The key to store.
    func record(_ random: RandomSource) throws -> Key {
        var input = self
        if generate {
            if !key.isEmpty { throw TOTPErrors.keyForNewKey }
            if !url.isEmpty { throw TOTPErrors.urlForNewKey }
        } else if !url.isEmpty {
            try OTPAuthURL.read(url, into: &input)
        }
        try input.check()
        var record = Key()
        record.key = generate ? Base32.encode(try random.bytes(Int(keySize))) : try input.givenKey()
        record.accountName = input.accountName
        record.issuer = input.issuer
        record.algorithm = input.algorithm
        record.digits = input.digits
        record.period = input.period
        record.skew = input.skew
        return record
    }

    private func check() throws(EngineError) {
        guard digits == 6 || digits == 8 else { throw TOTPErrors.digits }
        guard OneTimeCode.Algorithm(rawValue: algorithm) != nil else { throw TOTPErrors.algorithm }
        guard period >= .seconds(1) else { throw TOTPErrors.period }
        guard skew == 0 || skew == 1 else { throw TOTPErrors.skew }
        guard qrSize >= 0 else { throw TOTPErrors.negativeQRSize }
        guard qrSize <= 2048 else { throw TOTPErrors.largeQRSize }
        guard keySize > 0 else { throw TOTPErrors.keySize }
        guard keySize <= 1024 else { throw TOTPErrors.largeKeySize }
        if generate && accountName.isEmpty { throw TOTPErrors.noAccountName }
        if generate && issuer.isEmpty { throw TOTPErrors.noIssuer }
    }

    private func givenKey() throws(EngineError) -> String {
        if key.isEmpty { throw TOTPErrors.noKey }
        guard let bytes = Base32.decode(key), !bytes.isEmpty else { throw TOTPErrors.malformedKey }
        return Base32.encode(bytes)
    }
}
