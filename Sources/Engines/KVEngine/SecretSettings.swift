internal import CofferFramework
internal import CofferJSON

/// What a caller may set about one secret, beside its data.
struct SecretSettings: Sendable, Equatable {
    /// Raises the mount's number of versions; 0 leaves it to the mount.
    var maximumVersions: Int64 = 0
    var casRequired = false
    var deleteVersionAfter = VersionLifetime.none
    /// Values are strings.
    var customMetadata: JSONObject = [:]

    static let schema = Schema<SecretSettings>(
        { SecretSettings() },
        [
            Field("max_versions", \.maximumVersions, "How many versions are kept, when more than the mount keeps."),
            Field("cas_required", \.casRequired, "Whether a write must name the current version in options.cas."),
            Field(
                "delete_version_after", \.deleteVersionAfter,
                "How long a version can be read; never longer than the mount's setting, and 0 leaves it to the mount."),
            Field("custom_metadata", \.customMetadata, "Pairs of text that describe the secret in all its versions."),
        ])

    /// Refuses what must not be stored, and turns the values of `custom_metadata` into text.
    mutating func validate() throws(EngineError) {
        if maximumVersions < 0 { throw KVErrors.negativeMaximum }
        if deleteVersionAfter.seconds < 0 { throw KVErrors.negativeLifetime }
        customMetadata = try CustomMetadata.checked(customMetadata)
    }

    /// What the caller should know about settings that the mount overrules.
    func warnings(under mount: MountSettings, given: JSONObject) -> [String] {
        var warnings: [String] = []
        if given["cas_required"] != nil && !casRequired && mount.casRequired {
            warnings.append(KVErrors.casStaysRequired)
        }
        if mount.deleteVersionAfter.seconds > 0 && deleteVersionAfter.seconds > mount.deleteVersionAfter.seconds {
            warnings.append(KVErrors.lifetimeAboveMount)
        }
        return warnings
    }
}
