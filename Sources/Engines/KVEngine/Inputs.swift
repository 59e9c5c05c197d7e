internal import CofferFramework
internal import CofferJSON

/// Query of a read.
struct ReadInput: Sendable {
    /// 0 for the current version.
    var version: Int64 = 0

    static let schema = Schema<ReadInput>(
        { ReadInput() },
        [Field("version", \.version, "Number of the version; the current one when 0 or not given.").query])
}

/// Query of a read of names.
struct SubkeysInput: Sendable {
    var version: Int64 = 0
    /// 0 for no limit.
    var depth: Int64 = 0

    static let schema = Schema<SubkeysInput>(
        { SubkeysInput() },
        [
            Field("version", \.version, "Number of the version; the current one when 0 or not given.").query,
            Field("depth", \.depth, "How many levels of names are shown; all when 0 or not given.").query,
        ])
}

/// Body of a write or patch.
struct WriteInput: Sendable {
    /// Null when not given.
    var data = JSON.null
    var options: JSONObject = [:]
    var version: Int64 = 0

    static let schema = Schema<WriteInput>(
        { WriteInput() },
        [
            Field("data", \.data, "The fields of the secret; in a patch, null removes a field."),
            Field(
                "options", \.options,
                "`cas`: the write succeeds only when this is the current version; 0 means there is none yet."),
            Field("version", \.version, "Has a meaning for reads only."),
        ])

    func fields() throws -> JSONObject {
        switch data {
        case .null: throw KVErrors.noData
        case .object(let fields): return fields
        default: throw FieldError(field: "data", expected: JSONObject.expectation)
        }
    }

    /// Refuses a write that was made for another version than the current one.
    func check(against metadata: SecretMetadata, under mount: MountSettings) throws {
        guard let wire = options["cas"] else {
            if mount.casRequired || metadata.settings.casRequired { throw KVErrors.casRequired }
            return
        }
        guard let expected = Int64(wire: wire) else { throw KVErrors.casUnreadable }
        if expected != metadata.current { throw KVErrors.casMismatch }
    }
}

/// Body of delete, undelete and destroy.
struct VersionsInput: Sendable {
    var versions: [Int64] = []

    static let schema = Schema<VersionsInput>(
        { VersionsInput() },
        [Field("versions", \.versions, "Numbers of the versions.")])
}
