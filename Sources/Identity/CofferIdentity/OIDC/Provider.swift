internal import CofferBase
internal import CofferCore
internal import CofferFramework
internal import CofferJOSE
internal import CofferJSON
internal import CofferStorage

/// An OpenID provider of its own issuer: `oidc/provider/<name>`.
struct Provider: Sendable {
    static let defaultName = "default"

    var issuer = ""
    var allowedClientIDs: [String] = []
    var scopesSupported: [String] = []

    private static let fields: [Field<Provider>] = [
        Field("issuer", \.issuer, "Scheme, host and port of the issuer; the API address when empty."),
        Field("allowed_client_ids", \.allowedClientIDs, "Clients that may use the provider; * for all."),
        Field("scopes_supported", \.scopesSupported, "Scopes that may be asked for."),
    ]

    static func family(_ oidc: OIDC) -> RecordFamily<Provider> {
        var family = RecordFamily(word: "provider", noun: "provider", input: fields) { Provider() }
        family.builtIn = [defaultName: Provider(allowedClientIDs: ["*"])]
        family.shown = { name, provider in provider.facts(name, oidc) }
        var filter = FieldDescriptor(
            name: "allowed_client_id", help: "Only the providers that this client may use.", type: .string)
        filter.isQuery = true
        family.filters = [filter]
        family.info = { call, name, provider in
            let wanted = call.fields["allowed_client_id"]?.stringValue ?? ""
            return wanted.isEmpty || provider.allows(wanted) ? provider.facts(name, oidc) : nil
        }
        family.changed = { oidc.keys.forgetPublished() }
        family.check = { call, _, provider, _ in
            try await provider.check(call, oidc)
            return []
        }
        family.checkDeletion = { _, name in
            if name == defaultName { throw OIDCTexts.providerStays }
        }
        return family
    }

    private func facts(_ name: String, _ oidc: OIDC) -> JSONObject {
        [
            "allowed_client_ids": .strings(allowedClientIDs), "issuer": .string(address(name, oidc)),
            "scopes_supported": .strings(scopesSupported),
        ]
    }

    private func check(_ call: Call, _ oidc: OIDC) async throws {
        if !issuer.isEmpty { try Issuer.check(issuer) }
        var claims: Set<String> = []
        for name in Set(scopesSupported).sorted() {
            if name == Scope.openID { throw OIDCTexts.openIDScope }
            guard let scope = try await oidc.scopes.load(name, from: call.storage) else {
                throw OIDCTexts.unknownScope
            }
            for claim in try ClaimTemplate(scope.template).names() where !claims.insert(claim).inserted {
                throw OIDCTexts.conflictingScopes(claim)
            }
        }
    }

    /// What `iss` says.
    func address(_ name: String, _ oidc: OIDC) -> String {
        "\(base(oidc))/v1/\(oidc.namespacePath)identity/oidc/provider/\(name)"
    }

    func base(_ oidc: OIDC) -> String { issuer.isEmpty ? oidc.core.controls.apiAddress.value : issuer }

    func allows(_ clientID: String) -> Bool { allowedClientIDs.contains("*") || allowedClientIDs.contains(clientID) }
}

/// What a relying party reads before anything else.
struct DiscoveryPaths: Sendable {
    let oidc: OIDC

    private static let help = ["name": "Name of the provider."]

    var paths: [Path] {
        [
            Path(
                "oidc/provider/:name/.well-known/openid-configuration", "What a relying party needs to know.",
                captures: Self.help, traits: OIDC.openTraits,
                [
                    Verb(
                        .read, "oidc-read-provider-open-id-configuration", "What a relying party needs to know."
                    ) { call in
                        let (name, provider) = try await provider(call)
                        return .bare(.object(document(name, provider)))
                    }
                ]),
            Path(
                "oidc/provider/:name/.well-known/keys", "The public keys that verify the provider's tokens.",
                captures: Self.help, traits: OIDC.openTraits,
                [
                    Verb(
                        .read, "oidc-read-provider-public-keys", "The public keys that verify the provider's tokens."
                    ) { call in
                        let (name, provider) = try await provider(call)
                        return .bare(.object(try await oidc.publicKeys(of: name, provider, in: call.storage)))
                    }
                ]),
        ]
    }

    private func provider(_ call: Call) async throws -> (String, Provider) {
        let name = call.capture("name")
        guard let provider = try await oidc.providers.load(name, from: call.storage) else {
            throw EngineError.notFound
        }
        return (name, provider)
    }

    private func document(_ name: String, _ provider: Provider) -> JSONObject {
        let issuer = provider.address(name, oidc)
        return [
            "issuer": .string(issuer), "jwks_uri": .string(issuer + "/.well-known/keys"),
            "authorization_endpoint": .string(
                provider.base(oidc) + "/ui/vault/identity/oidc/provider/\(name)/authorize"),
            "token_endpoint": .string(issuer + "/token"), "userinfo_endpoint": .string(issuer + "/userinfo"),
            "request_parameter_supported": false, "request_uri_parameter_supported": false,
            "id_token_signing_alg_values_supported": .strings(NamedKey.offered.map(\.rawValue)),
            "response_types_supported": ["code"],
            "scopes_supported": .strings(provider.scopesSupported + [Scope.openID]), "claims_supported": [],
            "subject_types_supported": ["public"],
            "grant_types_supported": ["authorization_code", "client_credentials"],
            "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["plain", "S256"],
        ]
    }
}

extension OIDC {
    /// Keys of the clients that may use the provider.
    func publicKeys(of name: String, _ provider: Provider, in storage: StorageView) async throws -> JSONObject {
        try await keys.publicKeys("provider/" + name, in: storage) {
            try await clients.all(in: storage).filter { provider.allows($0.record.clientID) }.map(\.record.key)
        }
    }
}
