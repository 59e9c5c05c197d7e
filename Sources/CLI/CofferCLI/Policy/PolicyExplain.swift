internal import CofferBase
internal import CofferClient
internal import CofferJSON
internal import GoFlags

extension PolicyCommands {
    private static let subject = FlagGroup(
        "Command Options",
        [
            Flag("for-token", .string, "Token to ask about; the current one unless given."),
            Flag("accessor", .string, "Accessor of the token to ask about."),
            Flag("entity", .string, "Id of an entity to ask about: what it gives to its tokens."),
            Flag("answer-wrap-ttl", .duration, "Wrapping TTL that the request would ask for."),
        ])

    static let explain = Command(
        name: "policy explain", synopsis: "Tells why a request is allowed or denied",
        arguments: "[options] (ID | METHOD PATH [K=V...])",
        about: """
            Tells which rule of which policy decides on a request, and what the smallest rule would be
            that allows it. With one argument, the X-Coffer-Deny-Id of an answer, it explains a request
            that was denied.

                $ {name} policy explain read secret/data/web
                $ {name} policy explain -accessor=rTgY3vGqWvNY2vlcZx6kxTzX update secret/data/web data=x
                $ {name} policy explain 8cc3ee47-ab24-5b84-9d5c-1d27c9f94a6a

            Nothing is executed. To ask about another token takes sudo at sys/policies/explain.
            """,
        output: [.format], groups: [subject], count: .atLeast(1, expected: "at least 1"),
        run: { call in
            let told = try await explanation(call)
            if call.format != .table { return try call.show(.object(told)) }
            for line in lines(told) { call.say(line) }
            return 0
        })

    static let suggest = Command(
        name: "policy suggest", synopsis: "Prints the smallest rule that would allow a request",
        arguments: "[options] (ID | METHOD PATH [K=V...])",
        about: """
            Prints a stanza for a policy that would allow a request, and nothing when it is allowed
            already. Ends with status 2 when no stanza would do, and says why.

                $ {name} policy suggest read secret/data/web >> web.hcl
            """,
        groups: [subject], count: .atLeast(1, expected: "at least 1"),
        run: { call in
            let told = try await explanation(call)
            if told["allowed"]?.boolValue == true { return 0 }
            guard let stanza = told["suggestion"]?.stringValue, !stanza.isEmpty else {
                throw CommandFailure.remote(told["explanation"]?.stringValue ?? "No rule would allow this request.")
            }
            call.sayBare(stanza)
            return 0
        })

    private static func explanation(_ call: Invocation) async throws -> JSONObject {
        let client = try call.client()
        let request =
            call.arguments.count == 1
            ? APIRequest(.get, "sys/policies/denials/" + call.arguments[0].trimmingSpaces)
            : APIRequest(.post, "sys/policies/explain", body: .object(try question(call)))
        let secret = try await explaining("Error explaining") { () async throws(ClientError) in
            try await client.call(request).secret()
        }
        guard let data = secret?.data else { throw CommandFailure.remote("The server explained nothing.") }
        return data
    }

    private static func question(_ call: Invocation) throws -> JSONObject {
        var body: JSONObject = [
            "method": .string(call.arguments[0]), "path": .string(call.arguments[1].trimmingSpaces),
        ]
        let parameters = try call.data(after: 2).values
        if !parameters.isEmpty { body["parameters"] = .object(parameters) }
        for flag in ["token", "accessor"] where call.flags.isGiven(flag) {
            body[flag] = .string(call.flags.string(flag))
        }
        if call.flags.isGiven("entity") { body["entity_id"] = .string(call.flags.string("entity")) }
        if call.flags.isGiven("answer-wrap-ttl") {
            body["wrap_ttl"] = .int(call.flags.duration("answer-wrap-ttl").wholeSeconds)
        }
        return body
    }

    private static func lines(_ told: JSONObject) -> [String] {
        let isAllowed = told["allowed"]?.boolValue == true
        let operation = [told["operation"]?.stringValue, told["path"]?.stringValue].compactMap { $0 }
        var lines = ["\(isAllowed ? "Allowed" : "Denied"): \(operation.joined(separator: " "))"]
        lines.append(told["explanation"]?.stringValue ?? "")
        lines += (told["notes"]?.arrayValue ?? []).compactMap(\.stringValue).map { "Note: \($0)" }
        let rules = told["rules"]?.arrayValue ?? []
        if !rules.isEmpty { lines += ["", "Rules that match, the strongest first:"] + rules.map(ruleLine) }
        if let stanza = told["suggestion"]?.stringValue, !stanza.isEmpty {
            lines += ["", "This would allow it:", stanza.trimmingSpaces]
        }
        return lines
    }

    private static func ruleLine(_ rule: JSON) -> String {
        func words(_ key: String) -> String {
            (rule[key]?.arrayValue ?? []).compactMap(\.stringValue).joined(separator: ", ")
        }
        let mark = rule["decides"]?.boolValue == true ? "=>" : "  "
        return "\(mark) \(rule["pattern"]?.stringValue ?? "")  [\(words("capabilities"))]  \(words("policies"))"
    }
}
