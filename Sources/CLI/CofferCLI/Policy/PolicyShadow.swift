internal import CofferClient
internal import CofferJSON
internal import GoFlags

/// Candidates for policies, and what they would change.
extension PolicyCommands {
    static let shadows = [shadowFamily, shadowWrite, shadowRead, shadowList, shadowDelete]

    private static let folder = "sys/policies/shadow"

    private static let shadowFamily = Command.family(
        "policy shadow", "Try out a change of a policy",
        about: """
            A candidate for a policy is decided on beside the policy of its name, for every request of a
            caller who has that policy. It changes nothing, and tells what it would have changed.

                $ {name} policy shadow write web new-web.hcl
                $ {name} policy shadow read web
            """)

    private static let shadowWrite = Command(
        name: "policy shadow write", synopsis: "Writes a candidate for a policy", arguments: "[options] NAME FILE",
        about: """
            Writes a candidate for a policy, from a file or, for "-", from standard input. What an earlier
            candidate would have changed is forgotten.

                $ {name} policy shadow write web new-web.hcl
            """,
        count: .exactly(2),
        run: { call in
            let client = try call.client()
            let name = name(call)
            let text = try String(decoding: source(call), as: UTF8.self)
            _ = try await explaining("Error writing the candidate") { () async throws(ClientError) in
                try await client.write(folder + "/" + name, ["policy": .string(text)])
            }
            call.say("Success! The candidate for the policy \(name) is evaluated from now on.")
            return 0
        })

    private static let shadowRead = Command(
        name: "policy shadow read", synopsis: "Tells what a candidate would have changed",
        arguments: "[options] NAME",
        about: """
            Tells how many requests a candidate would have decided otherwise, and which ones.

                $ {name} policy shadow read web
            """,
        output: [.format], count: .exactly(1),
        run: { call in
            let client = try call.client()
            let name = name(call)
            let secret = try await explaining("Error reading the candidate") { () async throws(ClientError) in
                try await client.read(folder + "/" + name)
            }
            guard let data = secret?.data else { throw CommandFailure.remote("No candidate for the policy: \(name)") }
            if call.format != .table { return try call.show(.object(data)) }
            for line in lines(ofShadow: data) { call.say(line) }
            return 0
        })

    private static let shadowList = Command(
        name: "policy shadow list", synopsis: "Lists the policies that have a candidate", arguments: "[options]",
        about: "Lists the names of policies that have a candidate.", output: [.format], count: .exactly(0),
        run: { call in
            let client = try call.client()
            let secret = try await explaining("Error listing candidates") { () async throws(ClientError) in
                try await client.list(folder)
            }
            let names = secret?.keys?.compactMap(\.stringValue) ?? []
            if call.format != .table { return try call.show(.strings(names)) }
            for name in names { call.say(name) }
            return 0
        })

    private static let shadowDelete = Command(
        name: "policy shadow delete", synopsis: "Deletes a candidate", arguments: "[options] NAME",
        about: """
            Ends the trial of a candidate.

                $ {name} policy shadow delete web
            """,
        count: .exactly(1),
        run: { call in
            let client = try call.client()
            let name = name(call)
            _ = try await explaining("Error deleting the candidate") { () async throws(ClientError) in
                try await client.delete(folder + "/" + name)
            }
            call.say("Success! Deleted the candidate for the policy: \(name)")
            return 0
        })

    private static func lines(ofShadow data: JSONObject) -> [String] {
        func number(_ key: String) -> Int64 { data[key]?.intValue ?? 0 }
        var lines = [
            "Decisions: \(number("decisions")), of which the candidate would have",
            "  allowed what was denied: \(number("would_allow"))",
            "  denied what was allowed: \(number("would_deny"))",
        ]
        let differences = data["differences"]?.arrayValue ?? []
        if !differences.isEmpty { lines.append("") }
        for difference in differences {
            func word(_ key: String) -> String { difference[key]?.stringValue ?? "" }
            let cause = difference[word("would") == "allow" ? "live" : "candidate"]?["cause"]?.stringValue ?? ""
            lines.append(
                "\(word("would"))  \(word("operation")) \(word("path"))  "
                    + "\(difference["count"]?.intValue ?? 0) times  (\(cause))")
        }
        if number("forgotten") > 0 { lines.append("and \(number("forgotten")) kinds of requests before them") }
        return lines
    }
}
