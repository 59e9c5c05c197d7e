/// Who a caller is beyond its token: its entity, with aliases and groups, at one moment.
///
/// What engines and policies fill templates from. All of it is data that users may have chosen.
package final class IdentityView: Sendable {
    package struct Alias: Sendable {
        package let id: String
        package let mountAccessor: String
        package let name: String
        package let metadata: [String: String]
        package let customMetadata: [String: String]

        package init(
            id: String, mountAccessor: String, name: String, metadata: [String: String],
            customMetadata: [String: String]
        ) {
            self.id = id
            self.mountAccessor = mountAccessor
            self.name = name
            self.metadata = metadata
            self.customMetadata = customMetadata
        }
    }

    package struct Group: Sendable {
        package let id: String
        package let name: String
        package let metadata: [String: String]

        package init(id: String, name: String, metadata: [String: String]) {
            self.id = id
            self.name = name
            self.metadata = metadata
        }
    }

    package let entityID: String
    package let entityName: String
    package let metadata: [String: String]
    package let aliases: [Alias]
    /// Those that the entity is in directly and those above them.
    package let groups: [Group]
    /// Different for every view that was ever made: what was computed from a view is good for its stamp.
    package let stamp: UInt64

    package init(
        entityID: String, entityName: String, metadata: [String: String], aliases: [Alias], groups: [Group],
        stamp: UInt64 = 0
    ) {
        self.entityID = entityID
        self.entityName = entityName
        self.metadata = metadata
        self.aliases = aliases
        self.groups = groups
        self.stamp = stamp
    }
}
