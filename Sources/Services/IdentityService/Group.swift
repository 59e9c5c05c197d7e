package import CofferBase
internal import CofferFramework
internal import CofferJSON

/// Entities with policies in common. Who is in it stands in the membership index, not here.
package struct Group: Sendable {
    package enum Kind: String, Sendable {
        /// Members are set by operators.
        case `internal`
        /// Members follow what an auth method says at login.
        case external
    }

    package var id = ""
    package var name = ""
    package var kind = Kind.internal
    package var policies: [String] = []
    package var metadata: [String: String] = [:]
    /// Only an external group has one.
    package var alias: Alias?
    package var modifyIndex: Int64 = 0
    package var creationTime = Timestamp(nanoseconds: 0)
    package var lastUpdateTime = Timestamp(nanoseconds: 0)

    package init() {}
}

extension Group: IdentityRecord {
    static let schema = Schema<Group>(
        { Group() },
        [
            Field("id", \.id, "Id."), Field("name", \.name, "Name."), Field("type", \.kindName, "Kind."),
            Field("policies", \.policies, "Policies."), Field("metadata", \.metadata, "Metadata."),
            Field("alias", \.aliasObject, "Alias."), Field("modify_index", \.modifyIndex, "Changes so far."),
            Field("creation_time", \.creationTime.stored, "Made."),
            Field("last_update_time", \.lastUpdateTime.stored, "Changed."),
        ])

    private var kindName: String {
        get { kind.rawValue }
        set { kind = Kind(rawValue: newValue) ?? .internal }
    }

    private var aliasObject: JSONObject? {
        get { alias.map { Alias.schema.encode($0) } }
        // A null is read as an empty object.
        set { alias = newValue.flatMap { $0.isEmpty ? nil : try? Alias.schema.decode($0) } }
    }
}
