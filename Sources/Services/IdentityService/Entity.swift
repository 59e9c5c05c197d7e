package import CofferBase
internal import CofferFramework
internal import CofferJSON

/// Somebody or something that logs in, whatever method it uses.
package struct Entity: Sendable {
    package var id = ""
    package var name = ""
    package var metadata: [String: String] = [:]
    package var policies: [String] = []
    package var isDisabled = false
    /// At most one for each mount.
    package var aliases: [Alias] = []
    /// Entities that became part of this one; tokens may still bear their ids.
    package var mergedEntityIDs: [String] = []
    package var creationTime = Timestamp(nanoseconds: 0)
    package var lastUpdateTime = Timestamp(nanoseconds: 0)

    package init() {}

    func alias(at mountAccessor: String) -> Alias? { aliases.first { $0.mountAccessor == mountAccessor } }
}

extension Entity: IdentityRecord {
    static let schema = Schema<Entity>(
        { Entity() },
        [
            Field("id", \.id, "Id."), Field("name", \.name, "Name."), Field("metadata", \.metadata, "Metadata."),
            Field("policies", \.policies, "Policies."), Field("disabled", \.isDisabled, "Disabled."),
            Field("aliases", \.aliasObjects, "Aliases."),
            Field("merged_entity_ids", \.mergedEntityIDs, "Merged."),
            Field("creation_time", \.creationTime.stored, "Made."),
            Field("last_update_time", \.lastUpdateTime.stored, "Changed."),
        ])

    private var aliasObjects: [JSONObject] {
        get { aliases.map { Alias.schema.encode($0) } }
        // Written by this schema; a field of a later version is ignored.
        set { aliases = newValue.compactMap { try? Alias.schema.decode($0) } }
    }
}
