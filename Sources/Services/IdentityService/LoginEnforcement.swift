internal import CofferFramework

/// Which logins need a second factor, and which one: any of its methods.
package struct LoginEnforcement: Sendable {
    package var id = ""
    package var name = ""
    package var methodIDs: [String] = []
    package var mountAccessors: [String] = []
    package var mountTypes: [String] = []
    package var groupIDs: [String] = []
    package var entityIDs: [String] = []

    package init() {}

    /// Whether it holds for whoever logs in at that mount.
    package func applies(mountAccessor: String, mountType: String, _ identity: CallerIdentity?) -> Bool {
        if mountAccessors.contains(mountAccessor) || mountTypes.contains(mountType) { return true }
        guard let identity else { return false }
        let groups = Set(identity.directGroupIDs + identity.inheritedGroupIDs)
        return entityIDs.contains(identity.view.entityID) || groupIDs.contains(where: groups.contains)
    }
}

extension LoginEnforcement: IdentityRecord {
    static let schema = Schema<LoginEnforcement>(
        { LoginEnforcement() },
        [
            Field("id", \.id, "Id."), Field("name", \.name, "Name."), Field("mfa_method_ids", \.methodIDs, "Methods."),
            Field("auth_method_accessors", \.mountAccessors, "Mounts."),
            Field("auth_method_types", \.mountTypes, "Kinds of mounts."),
            Field("identity_group_ids", \.groupIDs, "Groups."),
            Field("identity_entity_ids", \.entityIDs, "Entities."),
        ])
}
