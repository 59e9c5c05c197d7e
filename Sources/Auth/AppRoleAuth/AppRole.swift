package import CofferBase
internal import CofferCrypto
package import CofferFramework
internal import CofferStorage

/// Logins of machines: a role id that names the role, and a secret id that proves who asks.
///
/// | entry | holds |
/// |---|---|
/// | `role/<name>` | the role |
/// | `role-id/<hash>` | the name of the role with this role id |
///
/// `SecretIDs` tells what is kept of secret ids. Names of roles have one form, lower case.
package struct AppRole: Engine {
    package let paths: PathTable
    let roles: Resource<Role>

    package static let kind: EngineKind = {
        var kind = EngineKind(type: "approle", class: .auth, version: "v1.21.1+builtin.vault") { context in
            AppRole(wake: context.wake)
        }
        kind.isPeriodic = true
        return kind
    }()

    /// - Parameter wake: asks for `tick` at a time.
    init(wake: @escaping @Sendable (Timestamp) -> Void) {
        let roles = Self.roles(wake: wake)
        self.roles = roles
        paths = PathTable(
            RolePaths(roles: roles).all + SecretIDPaths(roles: roles, wake: wake).all
                + [Self.tidy(wake: wake), Login(roles: roles, secretIDs: DecodedEntries(capacity: 4096)).path])
    }

    private static func roles(wake: @escaping @Sendable (Timestamp) -> Void) -> Resource<Role> {
        var roles = Resource(Role.schema, folder: "role/")
        roles.foldsNames = true
        roles.known = DecodedEntries(capacity: 1024)
        roles.validate = { call, role in try role.validate(at: call.mount) }
        roles.stage = { call, old, role, transaction in
            if let old {
                if old.hasLocalSecretIDs != role.hasLocalSecretIDs { throw AppRoleErrors.localOnlyAtCreation }
            } else {
                role.key = Hex.encode(try call.random.bytes(32))
                role.folder = Hex.encode(try call.random.bytes(16))
                if role.roleID.isEmpty { role.roleID = try call.random.uuid() }
            }
            try await index(role, insteadOf: old, named: call.capture("role_name").lowercased(), in: &transaction)
        }
        roles.unstage = { call, role, transaction in
            transaction.delete(indexKey(role.roleID))
            SecretIDs.abandon(role, in: &transaction)
            wake(call.now)
        }
        return roles
    }

    /// Makes the role id lead to the role, and to no other.
    private static func index(
        _ role: Role, insteadOf old: Role?, named name: String, in transaction: inout Transaction
    ) async throws {
        if role.roleID.isEmpty { throw AppRoleErrors.noRoleID }
        if let old, old.roleID == role.roleID { return }
        let key = indexKey(role.roleID)
        if try await transaction.get(key) != nil { throw AppRoleErrors.roleIDTaken }
        if let old { transaction.delete(indexKey(old.roleID)) }
        transaction.put(key, Array(name.utf8))
    }

    /// A role id is chosen by callers, and may be of any length and alphabet.
    static func indexKey(_ roleID: String) -> StorageKey {
        StorageKey("role-id/" + Hex.encode(SHA256.hash(Array(roleID.utf8))))
    }

    private static func tidy(wake: @escaping @Sendable (Timestamp) -> Void) -> Path {
        let synopsis = "Remove secret ids that have ended."
        return Path(
            "tidy/secret-id", synopsis,
            [
                Verb(.update, "tidy-secret-id", synopsis) { call in
                    wake(call.now)
                    return Reply(.none, status: 202).warning(
                        "Tidy operation successfully started. Any information from the operation will be printed "
                            + "to Vault's server logs.")
                }
            ])
    }
}

extension AppRole: PeriodicEngine {
    package func tick(_ call: PeriodicCall) async throws -> Timestamp? {
        try await SecretIDs.tidy(call.storage, at: call.now)
    }
}
