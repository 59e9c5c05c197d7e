internal import CofferBase
internal import CofferCrypto
internal import CofferFramework

/// A role as it is stored: what a machine must show to log in, and what its tokens are like.
struct Role: Sendable {
    var token = TokenParameters()
    var bindsSecretID = true
    var secretIDNetworks: [String] = []
    /// Zero for any number.
    var secretIDUses: Int64 = 0
    /// Zero for no end.
    var secretIDTTL: Duration = .zero
    var hasLocalSecretIDs = false
    var roleID = ""
    /// Hexadecimal key that secret ids are hashed with.
    var key = ""
    /// Folder of the secret ids. A role that is made anew under an old name gets another one, so that
    /// nothing that the old one left behind is of use.
    var folder = ""

    private static let networks = Field<Role>(
        "secret_id_bound_cidrs", \.secretIDNetworks, "Networks (CIDR) that may log in; empty for all.")

    static let schema = Schema<Role>(
        { Role() },
        [
            Field("bind_secret_id", \.bindsSecretID, "A login must show a secret id."),
            networks, networks.oldName("bound_cidr_list"),
            Field(
                "secret_id_num_uses", \.secretIDUses, "How often a secret id may be used; 0 for any number of times."),
            Field("secret_id_ttl", \.secretIDTTL, "How long a secret id may be used; 0 for no end."),
            Field(
                "local_secret_ids", \.hasLocalSecretIDs,
                "Secret ids stay on this cluster; can only be chosen when the role is made."),
            Field("role_id", \.roleID, "What a login names the role by; a UUID unless chosen.").secret,
            Field("key", \.key, "Key of the hashes of secret ids.").internal,
            Field("folder", \.folder, "Folder of the secret ids.").internal,
        ]
            + TokenParameters.fields(in: \.token, oldNames: ["policies": "token_policies", "period": "token_period"]))

    /// - Returns: warnings.
    mutating func validate(at mount: MountReference) throws(EngineError) -> [String] {
        let warnings = try token.validate(at: mount)
        if secretIDUses < 0 { throw AppRoleErrors.negativeUses }
        if secretIDNetworks.contains(where: { CIDR($0) == nil }) { throw AppRoleErrors.invalidNetworks }
        if !bindsSecretID && secretIDNetworks.isEmpty && token.boundCIDRs.isEmpty { throw AppRoleErrors.noConstraint }
        return warnings
    }

    /// Under which name a secret id is stored; nobody can tell the secret id from it.
    func hash(_ secretID: String) -> String {
        let key = Hex.decode(key) ?? []
        return Hex.encode(HMACSHA256(key: key).authenticate(Array(secretID.utf8)))
    }

    /// Refuses a login from outside the networks of the role.
    func requireNetwork(_ origin: Origin) throws(EngineError) {
        guard secretIDNetworks.isEmpty || CIDR.any(of: secretIDNetworks, contains: origin.remoteAddress) else {
            throw AppRoleErrors.addressNotBound("role", origin)
        }
    }
}
