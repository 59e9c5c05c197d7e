internal import CofferBase
internal import CofferClient
internal import CofferJSON
internal import GoFlags

extension TokenCommands {
    private static let flags = [
        Flag("id", "The token itself; needs sudo. By default it is made up."),
        Flag("display-name", "Name shown for the token; no secret."),
        Flag("ttl", .duration, "First lifetime; renewing may prolong it. A number with a suffix such as \"30s\"."),
        Flag("explicit-max-ttl", .duration, "Lifetime that no renewal can prolong."),
        Flag("period", .duration, "Lifetime after every renewal; such a token has no end. Needs sudo."),
        Flag("renewable", .bool, default: "true", "Whether the token can be renewed."),
        Flag("orphan", .bool, "No parent: the token outlives the one that makes it. Needs sudo."),
        Flag("no-default-policy", .bool, "Without the policy \"default\"."),
        Flag("use-limit", .int, "How often the token can be used; 0 is without limit."),
        Flag("role", "Role to create the token with; its settings win."),
        Flag("type", default: "service", "\"service\" or \"batch\"."),
        Flag("metadata", .pairs, "key=value shown in the audit log; may be repeated."),
        Flag("policy", .strings, "Policy of the token; may be repeated. By default those of the parent."),
        Flag("entity-alias", "Alias of the entity of the token; needs -role."),
    ]

    static let create = Command(
        name: "token create", synopsis: "Create a new token", arguments: "[options]",
        about: """
            Creates a token, a child of the current one, with some or all of its policies.

                $ {name} token create -policy=web -ttl=1h -metadata=owner=sally
            """,
        output: [.field, .format], groups: [FlagGroup("Command Options", flags)], count: .exactly(0),
        run: { call in
            let client = try call.client()
            let role = call.flags.string("role")
            let path = role.isEmpty ? "auth/token/create" : "auth/token/create/" + role
            let request = APIRequest(.post, path, body: .object(body(call.flags)))
            let secret = try await explaining("Error creating token") { () async throws(ClientError) in
                try await client.call(request).secret()
            }
            guard let secret else { throw CommandFailure.remote("Error creating token: empty response") }
            return try call.showField(of: secret) ?? call.show(secret)
        })

    private static func body(_ flags: ParsedFlags) -> JSONObject {
        var body = JSONObject()
        func add(_ key: String, _ text: String) { if !text.isEmpty { body[key] = .string(text) } }
        add("id", flags.string("id"))
        if !flags.strings("policy").isEmpty { body["policies"] = .strings(flags.strings("policy")) }
        var metadata = JSONObject()
        for pair in flags.pairs("metadata") { metadata[pair.key] = .string(pair.value) }
        if !metadata.isEmpty { body["meta"] = .object(metadata) }
        for (key, flag) in [("ttl", "ttl"), ("explicit_max_ttl", "explicit-max-ttl"), ("period", "period")] {
            add(key, GoDuration.format(flags.duration(flag)))
        }
        if flags.bool("orphan") { body["no_parent"] = true }
        if flags.bool("no-default-policy") { body["no_default_policy"] = true }
        body["display_name"] = .string(flags.string("display-name"))
        body["num_uses"] = .int(flags.int("use-limit"))
        body["renewable"] = .bool(flags.bool("renewable") && flags.string("type") != "batch")
        body["type"] = .string(flags.string("type"))
        add("entity_alias", flags.string("entity-alias"))
        return body
    }
}
