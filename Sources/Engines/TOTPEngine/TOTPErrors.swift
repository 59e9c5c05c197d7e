internal import CofferFramework

/// What the engine says when it refuses; Vault's texts, but for the limits that are our own.
enum TOTPErrors {
    static let keyForNewKey = EngineError.badRequest("a key should not be passed if generate is true")
    static let urlForNewKey = EngineError.badRequest("a url should not be passed if generate is true")
    static let digits = EngineError.badRequest("the digits value can only be 6 or 8")
    static let algorithm = EngineError.badRequest("the algorithm value is not valid")
    static let period = EngineError.badRequest("the period value must be greater than zero")
    static let skew = EngineError.badRequest("the skew value must be 0 or 1")
    static let negativeQRSize = EngineError.badRequest("the qr_size value must be greater than or equal to zero")
    static let keySize = EngineError.badRequest("the key_size value must be greater than zero")
    static let noAccountName = EngineError.badRequest("the account_name value is required for generated keys")
    static let noIssuer = EngineError.badRequest("the issuer value is required for generated keys")
    static let noKey = EngineError.badRequest("the key value is required")
    static let malformedKey = EngineError.badRequest("invalid key value: illegal base32 data")
    static let malformedURL = EngineError.badRequest("an error occurred while parsing url string")
    static let malformedURLPeriod = EngineError.badRequest("an error occurred while parsing period value in url")
    static let malformedURLDigits = EngineError.badRequest("an error occurred while parsing digits value in url")
    static let noCode = EngineError.badRequest("the code value is required")
    static let usedCode = EngineError.badRequest("code already used; wait until the next time period")

    static let largeQRSize = EngineError.badRequest("the qr_size value must not be greater than 2048")
    static let smallQRSize = EngineError.badRequest("the qr_size value is too small for the QR code of this key")
    static let largeKeySize = EngineError.badRequest("the key_size value must not be greater than 1024")
    static let longURL = EngineError.badRequest("the url of this key is too long for a QR code")

    static func unknownKey(_ name: String) -> EngineError { .badRequest("unknown key: \(name)") }
}
