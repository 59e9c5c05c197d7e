internal import CofferFramework

/// Claims that a relying party may ask for: `oidc/scope/<name>`.
struct Scope: Sendable {
    static let openID = "openid"

    var template = ""
    var description = ""

    static let fields: [Field<Scope>] = [
        Field("template", \.template, "Claims in JSON with templates."),
        Field("description", \.description, "What the scope is about."),
    ]

    static func family(_ oidc: OIDC) -> RecordFamily<Scope> {
        var family = RecordFamily(word: "scope", noun: "scope", input: fields) { Scope() }
        family.check = { _, name, scope, _ in
            if name == openID { throw OIDCTexts.openIDScope }
            try ClaimTemplate(scope.template).check(without: ClaimTemplate.reservedClaims)
            return []
        }
        family.checkDeletion = { call, name in
            let providers = try await oidc.providers.all(in: call.storage)
                .filter { $0.record.scopesSupported.contains(name) }.map(\.name)
            if !providers.isEmpty { throw OIDCTexts.referenced("scope", name, by: "providers", providers) }
        }
        return family
    }
}
