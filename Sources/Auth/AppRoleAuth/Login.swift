internal import CofferBase
package import CofferFramework
internal import CofferJSON
internal import CofferStorage

/// `login`: a role id and a secret id for a token.
struct Login {
    let roles: Resource<Role>
    /// Most may be used any number of times, and do not change then.
    let secretIDs: DecodedEntries<SecretID>

    struct Input: Sendable {
        var roleID = ""
        var secretID = ""

        static let schema = Schema<Input>(
            { Input() },
            [
                Field("role_id", \.roleID, "Names the role."),
                Field("secret_id", \.secretID, "Proves who asks; needed unless the role says otherwise.").secret,
            ])
    }

    var path: Path {
        Path(
            "login", "Log in with a role id and a secret id.", traits: .login,
            [Verb(.update, "login", "Log in with a role id and a secret id.", Input.schema, run)])
    }

    /// Everything that decides is read, and the use is counted, in one commit: of two logins with the last
    /// use of a secret id one fails.
    @Sendable private func run(_ call: Call, _ input: Input) async throws -> Reply {
        let roleID = trimmed(input.roleID)
        if roleID.isEmpty { throw AppRoleErrors.missingRoleID }
        let (name, role, secretID) = try await call.storage.transaction { transaction in
            guard let stored = try await transaction.get(AppRole.indexKey(roleID)) else {
                throw AppRoleErrors.unknownRoleID
            }
            let name = String(decoding: stored, as: UTF8.self)
            guard let role = try await roles.load(name, in: &transaction) else { throw AppRoleErrors.unknownRoleID }
            let secretID =
                role.bindsSecretID ? try await spend(trimmed(input.secretID), of: role, call, &transaction) : nil
            // Last, so that strangers do not learn which role ids there are; a login that fails here spends no use.
            try role.requireNetwork(call.origin)
            return (name, role, secretID)
        }
        return .login(grant(name, role, secretID))
    }

    private func spend(
        _ text: String, of role: Role, _ call: Call, _ transaction: inout Transaction
    ) async throws -> SecretID {
        if text.isEmpty { throw AppRoleErrors.missingSecretID }
        let hash = role.hash(text)
        guard var secretID = try await SecretIDs.load(hash, of: role, in: &transaction, at: call.now, secretIDs) else {
            throw AppRoleErrors.wrongSecretID
        }
        guard secretID.networks.isEmpty || CIDR.any(of: secretID.networks, contains: call.origin.remoteAddress) else {
            throw AppRoleErrors.addressNotBound("secret ID", call.origin)
        }
        if secretID.uses == 1 {
            SecretIDs.remove(secretID, hash, of: role, in: &transaction)
        } else if secretID.uses > 1 {
            secretID.uses -= 1
            secretID.lastUpdate = .init(call.now)
            SecretIDs.update(secretID, hash, of: role, in: &transaction)
        }
        return secretID
    }

    private func grant(_ name: String, _ role: Role, _ secretID: SecretID?) -> AuthGrant {
        var grant = role.token.grant(displayName: "", alias: role.roleID)
        grant.metadata = secretID?.metadata ?? [:]
        grant.metadata["role_name"] = name
        grant.aliasMetadata = grant.metadata
        if let networks = secretID?.tokenNetworks, !networks.isEmpty { grant.boundCIDRs = networks }
        grant.internalData = ["role_name": .string(name), "folder": .string(role.folder)]
        return grant
    }
}

extension AppRole: LockingAuth, RenewingAuth, LoginRoles {
    /// The role behind the role id.
    package func loginRole(_ login: Call) async throws -> String? {
        guard let roleID = roleID(of: login) else { return nil }
        return try await login.storage.get(Self.indexKey(roleID)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The role id. Random ids of no role never fill the counters: what such a login throws does not count.
    package func lockedName(of login: Call) async throws -> String? { roleID(of: login) }

    private func roleID(of login: Call) -> String? {
        let roleID = trimmed(login.fields["role_id"].flatMap { String(wire: $0) } ?? "")
        return roleID.isEmpty ? nil : roleID
    }

    /// A token ends with its role; one made anew under the same name is another role.
    package func renew(_ token: RenewalCall) async throws -> RenewalTerms {
        let name = token.internalData["role_name"]?.stringValue ?? ""
        guard let role = try await roles.load(name, from: token.storage),
            role.folder == token.internalData["folder"]?.stringValue
        else { throw AppRoleErrors.roleIsGone }
        try role.requireNetwork(token.origin)
        return role.token.renewalTerms
    }
}

/// Credentials come from files, which end in a line feed.
private func trimmed(_ text: String) -> String {
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }
    let bytes = text.utf8.drop(while: isSpace)
    guard let last = bytes.lastIndex(where: { !isSpace($0) }) else { return "" }
    return String(bytes[...last]) ?? ""
}
