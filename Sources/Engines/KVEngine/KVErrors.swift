internal import CofferFramework

/// The texts that clients see, all in one place; those that clients match on are Vault's.
enum KVErrors {
    static let missingFields = EngineError.badRequest("missing data fields")
    static let noData = EngineError.badRequest("no data provided")
    static let noVersions = EngineError.badRequest("No version number provided")
    /// The same for `destroy`, whose text differs in one letter.
    static let noVersionsToDestroy = EngineError.badRequest("no version number provided")

    static let casMismatch = EngineError.badRequest("check-and-set parameter did not match the current version")
    static let casRequired = EngineError.badRequest("check-and-set parameter required for this call")
    static let casUnreadable = EngineError.badRequest("error parsing check-and-set parameter")

    static let negativeMaximum = EngineError.badRequest("max_versions must not be negative")
    static let negativeLifetime = EngineError.badRequest(
        "delete_version_after must not be negative; a negative duration is for the mount's configuration")

    /// Provisioning tools wait and try again on these first words.
    static let upgrading = EngineError.badRequest(
        "Upgrading from non-versioned to versioned data. Requests to this mount are answered again "
            + "as soon as that is done.")

    /// Not in the body, whose texts are Vault's: where the data of that secret are.
    static func hint(mount: String, path: String) -> Reply.Header {
        // Header fields hold printable ASCII.
        let isPlain = path.utf8.allSatisfy { (0x20...0x7e).contains($0) }
        let place = path.isEmpty || !isPlain ? "data/ and metadata/" : "\(mount)data/\(path)"
        return Reply.Header("X-Coffer-Hint", "\(mount) is a key/value mount of version 2; look at \(place)")
    }

    static let damaged = EngineError.internal("a stored secret is damaged; see the server log")

    static func unknownVersion(allowed: [String]) -> EngineError {
        let choices = allowed.joined(separator: " or ")
        return .badRequest("unknown version of the kv engine; option version must be \(choices)")
    }

    static func customMetadata(_ rule: String) -> EngineError {
        .badRequest("custom_metadata validation failed: \(rule)")
    }

    /// The warning of a request without `data/` or `metadata/`; clients match the first sentence.
    static let invalidPath =
        "Invalid path for a versioned K/V secrets engine. Secrets are below data/, their versions and settings "
        + "below metadata/; the commands of 'vault kv' add these by themselves."

    static let casStaysRequired = "cas_required is true for the whole mount; false has no effect on this secret"
    static let lifetimeAboveMount =
        "delete_version_after is longer than the mount's; the mount's applies"
}
