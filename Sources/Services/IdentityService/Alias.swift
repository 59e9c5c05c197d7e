package import CofferBase
internal import CofferFramework
internal import CofferJSON

/// The name that an entity or an external group has at one auth mount.
package struct Alias: Sendable {
    package var id = ""
    /// The entity or group that it belongs to.
    package var canonicalID = ""
    package var mountAccessor = ""
    package var name = ""
    /// What the auth method said at the last login.
    package var metadata: [String: String] = [:]
    /// What operators wrote.
    package var customMetadata: [String: String] = [:]
    package var mergedFromCanonicalIDs: [String] = []
    package var isLocal = false
    package var creationTime = Timestamp(nanoseconds: 0)
    package var lastUpdateTime = Timestamp(nanoseconds: 0)

    package init() {}

    /// Where the index finds it. Its name passed `CanonicalName` before it was stored.
    var factor: AliasFactor { AliasFactor(mountAccessor: mountAccessor, name: folded(name)) }

    /// Whether that is its `factor`. A name that is in its folded form already needs no folding to be told.
    func has(_ factor: AliasFactor) -> Bool {
        mountAccessor == factor.mountAccessor && (name == factor.name || folded(name) == factor.name)
    }
}

/// What makes an alias unique: the mount and the folded name.
struct AliasFactor: Hashable, Sendable {
    let mountAccessor: String
    let name: String

    init(mountAccessor: String, name: String) {
        self.mountAccessor = mountAccessor
        self.name = name
    }

    init(_ mountAccessor: String, _ name: CanonicalName) {
        self.init(mountAccessor: mountAccessor, name: name.text)
    }
}

/// The index form of a name that is stored already.
func folded(_ name: String) -> String { (try? CanonicalName(name))?.text ?? name }

extension Alias: IdentityRecord {
    static let schema = Schema<Alias>(
        { Alias() },
        [
            Field("id", \.id, "Id."), Field("canonical_id", \.canonicalID, "Owner."),
            Field("mount_accessor", \.mountAccessor, "Mount."), Field("name", \.name, "Name."),
            Field("metadata", \.metadata, "From the method."),
            Field("custom_metadata", \.customMetadata, "From operators."),
            Field("merged_from_canonical_ids", \.mergedFromCanonicalIDs, "Former owners."),
            Field("local", \.isLocal, "Of a local mount."), Field("creation_time", \.creationTime.stored, "Made."),
            Field("last_update_time", \.lastUpdateTime.stored, "Changed."),
        ])
}
