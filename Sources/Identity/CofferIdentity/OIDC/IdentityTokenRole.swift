internal import CofferBase
internal import CofferFramework

/// What identity tokens of one kind are like: `oidc/role/<name>`.
struct IdentityTokenRole: Sendable {
    var key = ""
    var template = ""
    var ttl: Duration = .seconds(86_400)
    var clientID = ""

    static let fields: [Field<IdentityTokenRole>] = [
        Field("key", \.key, "Name of the key that signs."),
        Field("template", \.template, "Claims beside the usual ones, in JSON with templates."),
        Field("ttl", \.ttl, "How long a token is valid."),
        Field("client_id", \.clientID, "Audience of the tokens; drawn when not given."),
    ]

    static func family(_ keys: NamedKeys) -> RecordFamily<IdentityTokenRole> {
        var family = RecordFamily(word: "role", noun: "role", input: fields) { IdentityTokenRole() }
        family.changed = { keys.forgetPublished() }
        family.check = { call, _, role, _ in
            if role.key.isEmpty { throw OIDCTexts.roleNeedsKey }
            guard let key = try await keys.load(role.key, from: call.storage) else { throw OIDCTexts.roleUnknownKey }
            if role.ttl > key.verificationTTL { throw OIDCTexts.roleTTL }
            try ClaimTemplate(role.template).check(without: ClaimTemplate.requiredClaims)
            if role.clientID.isEmpty { role.clientID = try call.random.base62(26) }
            // Relying parties may ask for the public keys before the first token.
            if key.current.id.isEmpty { _ = try await keys.ready(role.key, in: call.storage) }
            return []
        }
        return family
    }
}
