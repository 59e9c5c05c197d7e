internal import CofferFramework

/// The texts that clients see, all in one place; those that clients match on are Vault's, up to the value that
/// Vault repeats at the end of some: values of requests never stand in errors here.
enum TransitErrors {
    static let encryptionKeyNotFound = bad("encryption key not found")
    static let signingKeyNotFound = bad("signing key not found")
    static let verificationKeyNotFound = bad("signature verification key not found")
    static let keyNotFound = bad("key not found")
    static let invalidName = bad("invalid key name")
    static let softDeleted = bad("refusing to use soft-deleted key")
    static let damaged = EngineError.internal("a stored key is damaged; see the server log")
    static let noManagedKeys = bad("managed keys are not supported: keys of this server live in its storage")
    static let unknownType = bad("unknown key type")
    static func alreadyExists(_ name: String) -> String { "key \(name) already existed" }
    static func noKey(named name: String) -> EngineError { bad("no existing key named \(name) could be found") }
    static let rotationPeriod = bad("auto rotate period must be 0 to disable or at least an hour")
    static let convergenceNeedsDerivation = bad("convergent encryption requires derivation to be enabled")
    static let noContext = bad("convergent encryption requires derivation to be enabled, so context is required")

    static func noDerivation(_ type: KeyType) -> EngineError {
        bad("key derivation and convergent encryption not supported for keys of type \(type)")
    }

    static func noConvergence(_ type: KeyType) -> EngineError {
        bad("convergent encryption not supported for keys of type \(type)")
    }

    static func sizeNotValid(_ type: KeyType) -> EngineError { bad("key_size is not valid for algorithm \(type)") }
    static func invalidSize(_ size: Int64) -> EngineError { bad("invalid key_size \(size)") }

    static func invalidParameterSet(_ type: KeyType) -> EngineError {
        bad("invalid parameter set for key type \(type); must be 44, 65 or 87")
    }

    static func deletion(of name: String, _ reason: String) -> EngineError {
        bad("error deleting policy \(name): \(reason)")
    }

    static func noRotation(of name: String) -> EngineError {
        invalid("imported key \(name) does not allow rotation within Vault")
    }

    static let wrongContext = bad("failed to base64-decode context")
    static let missingContext = bad(
        "missing 'context' for key derivation; the key was created using a derived key, which means additional, "
            + "per-request information must be included in order to perform operations with the key")
    static let noSuchVersion = bad("no such key version")
    static let tooOld = bad("ciphertext or signature version is disallowed by policy (too old)")

    // MARK: encryption

    static let missingPlaintext = bad("missing plaintext to encrypt")
    static let missingCiphertext = bad("missing ciphertext to decrypt")
    static let mixedContexts = bad("context should be set either in all the request blocks or in none")
    static let nonceNotAllowed = bad("provided nonce not allowed for this key")
    static let wrongLength = bad("invalid ciphertext length")
    static let ciphertextBase64 = bad("invalid ciphertext: could not decode base64")
    /// The words of the Go package that Vault uses for the cipher.
    static func notAuthentic(_ type: KeyType) -> EngineError {
        let package = type == .chaCha20 || type == .xChaCha20 ? "chacha20poly1305" : "cipher"
        return bad("\(package): message authentication failed")
    }
    static let rsaDecryption = bad("failed to RSA decrypt the ciphertext: crypto/rsa: decryption error")
    static let rsaEncryption = bad("failed to RSA encrypt the plaintext: crypto/rsa: message too long for RSA key size")
    static let noPrivateKeyToDecrypt = bad("cannot decrypt ciphertext, key version does not have a private counterpart")
    static let oldConvergence = bad("refusing to support decryption with old convergent encryption key: version 1")
    static let createdBefore =
        "Attempted creation of the key during the encrypt operation, but it was created beforehand"
    static let dataKeyPath = bad("Invalid path, must be 'plaintext' or 'wrapped'")
    static let dataKeyBits = bad("invalid bit length")

    static func noEncryption(_ type: KeyType) -> EngineError {
        bad("message encryption not supported for key type \(type)")
    }

    static func noDecryption(_ type: KeyType) -> EngineError {
        bad("message decryption not supported for key type \(type)")
    }

    static func noUpsert(_ type: KeyType) -> EngineError { bad("key type \(type) not supported for this operation") }

    static func noAssociatedData(_ type: KeyType, item: Int) -> EngineError {
        bad("'[\(item)].associated_data' provided for non-AEAD cipher suite \(type)")
    }

    static func paddingScheme(_ reason: String) -> EngineError { bad("padding_scheme argument invalid: \(reason)") }

    /// - Parameter use: `encryption` or `signing`.
    static func versionRefused(_ use: String, _ reason: String) -> EngineError {
        bad("requested version for \(use) is \(reason)")
    }

    // MARK: batches and texts

    static let emptyBatch = bad("missing batch input to process")
    static func batch(_ reason: String) -> EngineError { bad("failed to parse batch input: \(reason)") }
    static func base64(_ noun: String?, at offset: Int) -> EngineError {
        bad((noun.map { "unable to decode \($0) as base64: " } ?? "") + "illegal base64 data at input byte \(offset)")
    }

    static func ignoredStatus(_ status: Int) -> String {
        "invalid HTTP response code override from partial_failure_response_code, reverting to \(status)"
    }

    // MARK: signatures and MACs

    static let missingInput = bad("missing input")
    static let missingHMACInput = bad("missing input for HMAC")
    static let hashNone = bad("hash_algorithm=none requires both prehashed=true and signature_algorithm=pkcs1v15")
    static let signatureBase64 = bad("invalid base64 signature value")
    static let noPrivateKeyToSign = bad("requested version for signing does not contain a private part")
    static let wrongDigestLength = bad("crypto/rsa: input must be hashed message")
    static let hmacTooOld = bad("cannot verify HMAC: version is too old (disallowed by policy)")
    static let hmacVersionTooOld = bad("cannot generate HMAC: version is too old (disallowed by policy)")
    static let pureEd25519Prehashed = bad("only Pure Ed25519 signatures supported, prehashed must be false")
    static let pureEd25519Hash = bad("only Pure Ed25519 signatures supported, hash_alogithm should not be set")
    static let pureEd25519Context = bad("only Pure Ed25519 signatures supported, signature_context must be empty")
    static let macLength = bad("mac_length must be from 0 to 16")
    static let nothingToVerify = bad("neither a 'signature' nor an 'hmac' were given to verify")
    static let twoToVerify = bad("provide one of 'signature' or 'hmac'")
    static let mixedBatch = bad("elements of batch_input must all provide 'signature' or all provide 'hmac'")
    static let emptyBatchItems = bad("no batch_input elements have 'signature' or 'hmac'")

    static func missingInBatch(_ field: String) -> EngineError {
        bad("some elements of batch_input are missing '\(field)'")
    }

    static func noSigning(_ type: KeyType) -> EngineError { bad("key type \(type) does not support signing") }
    static func noVerification(_ type: KeyType) -> EngineError { bad("key type \(type) does not support verification") }

    static func noCMAC(_ name: String, _ type: KeyType) -> EngineError {
        bad("key \(name) is not a supported CMAC key type: \(type)")
    }

    static let hashAlgorithm = bad("invalid hash algorithm")
    static let hmacAlgorithm = bad("unsupported algorithm")
    static let marshaling = bad("invalid marshaling type")
    static let signatureAlgorithm = bad("unsupported rsa signature algorithm")
    static let saltLength = bad("salt length neither 'auto', 'hash', nor an int")
    static func invalidSaltLength(_ length: Int) -> EngineError { bad("requested salt length \(length) is invalid") }
    static func negativeSaltLength(_ length: Int) -> EngineError { bad("salt length is invalid: \(length)") }

    static func unknownHMACVersion(latest: Int64) -> EngineError {
        bad("key version does not exist; latest key version is \(latest)")
    }

    static let negativeHMACVersion = bad("key version does not exist (cannot be negative)")

    // MARK: settings and trimming

    static let forcedMinimum = "since Vault 0.3, transit key numbering starts at 1; forcing minimum to 1"
    static func negativeMinimum(_ use: String) -> EngineError { bad("min \(use) version cannot be negative") }

    static func aboveLatest(_ use: String, _ minimum: Int64, _ latest: Int64) -> EngineError {
        bad("cannot set min \(use) version of \(minimum), latest key version is \(latest)")
    }

    static func crossed(encryption: Int64, decryption: Int64) -> EngineError {
        bad(
            "cannot set min encryption/decryption values; min encryption version of \(encryption) must be greater "
                + "than or equal to min decryption version of \(decryption)")
    }

    static func belowAvailable(_ use: String, _ word: String) -> EngineError {
        bad("min \(use) version should not be less \(word) min available version")
    }

    static let noTrimVersion = bad("missing min_available_version")
    static let trimBackwards = bad("minimum available version cannot be decremented")
    static let trimZero = bad("minimum available version should be positive")

    static func trimUnset(_ use: String) -> EngineError {
        bad("minimum available version cannot be set when minimum \(use) version is not set")
    }

    /// One of the two words has lacked a letter in Vault since it was written.
    static func trimAbove(_ use: String, _ word: String = "minimum") -> EngineError {
        bad("minimum available version cannot be greater than \(word) \(use) version")
    }

    static let cacheSize = bad("size must be 0 or a value greater or equal to 10")

    // MARK: export, backup, import

    static let notExportable = bad("private key material is not exportable")
    static let keyNotExportable = bad("key is not exportable")
    static let exportNeedsEncryption = bad("encryption not supported for the key")
    static let exportNeedsSigning = bad("signing not supported for the key")
    static let chainNeedsSigning = bad("certificate chain not supported for keys that do not support signing")
    static let noChain = invalid("selected key version does not have a certificate chain imported")
    static let invalidVersion = bad("invalid key version")
    static let versionBelowMinimum = bad("version for export is below minimum decryption version")
    static let versionNotFound = bad("version does not exist or cannot be found")
    static let noDestination = invalid("no such destination key to export to")
    static let noSource = invalid("no such source key for export")
    static let destinationNotRSA = invalid("unsupported key type in use; must be a rsa key")
    static let exportType = bad("invalid export type")
    static let exportFormat = bad("invalid format")

    static func exportMismatch(_ type: KeyType, _ export: String) -> EngineError {
        invalid("unknown key type \(type) for export type \(export)")
    }

    static func formatMismatch(_ kind: String, _ supported: String) -> EngineError {
        invalid("unknown key format for \(kind) key; supported values are \(supported)")
    }

    static let backupNotExportable = invalid("exporting is disallowed on the policy")
    static let plaintextBackupForbidden = invalid("plaintext backup is disallowed on the policy")
    static let noBackup = bad("'backup' must be supplied")
    static let unreadableBackup = invalid("the backup cannot be read")
    static func backupOfNothing(_ name: String) -> EngineError { invalid("key \"\(name)\" not found") }
    static func restoreOverExisting(_ name: String) -> EngineError { invalid("key \"\(name)\" already exists") }
    static let importConvergent = invalid("import cannot be used on keys with convergent encryption enabled")
    static let versionConvergent = invalid("import_version cannot be used on keys with convergent encryption enabled")
    static let importRotation = invalid("allow_rotation must be set to true if auto-rotation is enabled")
    static let importOneOf = invalid("one of the following fields, ciphertext and public_key, must be set")
    static let importBoth = invalid("only one of the following fields, ciphertext and public_key, can be set")
    static let importExisting = invalid(
        "the import path cannot be used with an existing key; use import-version to rotate an existing imported key")
    static let importVersionOfOwn = invalid("the import_version endpoint can only be used with an imported key")
    static let importPublicType = invalid("provided type does not support public_key import")
    static let importDerivedPublic = invalid(
        "unable to import only public key for derived Ed25519 key: imported key should not be an Ed25519 key pair "
            + "but is instead an HKDF key")
    static let importTooShort = invalid("provided ciphertext is too short")
    static let importUnwrap = invalid("crypto/rsa: decryption error")
    static let importEphemeral = invalid("expected ephemeral AES key to be 256-bit")
    static let importKWP = invalid("kwp: unwrapping failed")
    static let importPrivateKey = invalid("error importing key: error parsing asymmetric key")
    static let importNotPEM = invalid("error importing key: error parsing public key: not in PEM format")
    static let importPublicKey = invalid("error importing key: error parsing public key")
    static let importMismatch = invalid("cannot import key, key pair does not match")
    static let importHasPrivate = invalid("private key imported, key version cannot be updated")
    static let importHasPublic = invalid("cannot add a public key to a key version that already has a public key set")
    static let importHash = bad("unknown hash function")

    static func importSize(_ size: Int, _ type: KeyType) -> EngineError {
        invalid("error importing key: invalid key size \(size) bytes for key type \(type)")
    }

    static func importVersionOfNothing(_ name: String) -> EngineError {
        invalid("no key found with name \(name); to import a new key, use the import/ endpoint")
    }

    // MARK: certificates

    static let noDerivedCertificates = bad("operation not supported on keys with derivation enabled")
    static let requestNotPEM = bad("could not decode PEM certificate request")
    static let requestUnreadable = bad("could not create the csr: the template cannot be read")
    static let requestNoPrivate = bad("could not create the csr: private key not imported for key version selected")
    static let chainNotPEM = bad("could not decode PEM block in certificate chain")
    static let chainEmpty = bad("provided certificate chain did not contain any valid PEM certificate")
    static let chainUnreadable = bad("failed to parse certificate in certificate chain")
    static func certificateKey(named name: String) -> EngineError { bad("key with provided name '\(name)' not found") }

    static func certificateNeedsSigning(_ type: KeyType) -> EngineError {
        bad("key type '\(type)' does not support signing")
    }

    static func chainRefused(_ reason: String) -> EngineError { bad("failed to persist certificate chain: \(reason)") }
}

private func bad(_ text: String) -> EngineError { .badRequest(text) }

/// In the form in which Vault shows errors of its own making; there the status is 500, for what is the caller's fault.
private func invalid(_ text: String) -> EngineError { .invalid(text) }
