internal import CofferClient
internal import CofferJSON
internal import GoFlags

extension OperatorCommands {
    static let members = Command(
        name: "operator members", synopsis: "Returns the list of nodes in the cluster", arguments: "[options]",
        about: """
            Lists the nodes of the cluster.

                $ {name} operator members
            """,
        output: [.format], count: .exactly(0),
        run: { call in
            let client = try call.client()
            let secret = try await explaining("Error listing server members") { () async throws(ClientError) in
                try await client.call(APIRequest(.get, "sys/ha-status")).secret()
            }
            if call.format != .table { return try call.show(.object(secret?.data ?? [:])) }
            let nodes = secret?.data?["nodes"]?.arrayValue ?? []
            let names = ["hostname", "api_address", "cluster_address", "active_node", "version", "last_echo"]
            call.say(
                TextTable.table(
                    header: ["Host Name", "API Address", "Cluster Address", "Active Node", "Version", "Last Echo"],
                    rows: nodes.map { node in
                        names.map { name in
                            let value = node[name] ?? .null
                            return value.isNull ? "" : GoText.value(value)
                        }
                    }))
            return 0
        })

    static let stepDown = Command(
        name: "operator step-down", synopsis: "Forces Vault to resign active duty", arguments: "[options]",
        about: """
            Asks the active node to give up its place. Another node, or the same one, takes
            it; a single node stays as it is.

                $ {name} operator step-down
            """,
        count: .exactly(0),
        run: { call in
            let client = try call.client()
            _ = try await explaining("Error stepping down") { () async throws(ClientError) in
                try await client.call(APIRequest(.put, "sys/step-down"))
            }
            call.say("Success! Stepped down: \(client.configuration.address)")
            return 0
        })

    static let usage = Command(
        name: "operator usage", synopsis: "Lists historical client counts", arguments: "[options]",
        about: """
            Prints how many clients there were in a time, by namespace.

                $ {name} operator usage -start-time=2026-09 -end-time=2026-11
            """,
        output: [.format],
        groups: [
            FlagGroup(
                "Command Options",
                [
                    Flag("start-time", "First moment: YYYY-MM, YYYY-MM-DD or RFC 3339."),
                    Flag("end-time", "Last moment, in the same forms."),
                ])
        ], count: .exactly(0),
        run: { call in
            var query: [(name: String, value: String)] = []
            for (flag, name) in [("start-time", "start_time"), ("end-time", "end_time")] {
                let text = call.flags.string(flag)
                if !text.isEmpty { query.append((name, try moment(text, flag))) }
            }
            let request = APIRequest(.get, "sys/internal/counters/activity", query: query)
            let client = try call.client()
            let secret = try await explaining("Error retrieving client counts") { () async throws(ClientError) in
                try await client.call(request).secret()
            }
            guard let data = secret?.data else {
                call.warn("No data is available for the given time range.")
                return 0
            }
            return try call.format == .table ? show(call, data) : call.show(.object(data))
        })

    /// RFC 3339, whichever of the forms was given.
    private static func moment(_ text: String, _ flag: String) throws -> String {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let isPlain = parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }
        switch (parts.count, isPlain) {
        case (2, true): return text + "-01T00:00:00Z"
        case (3, true): return text + "T00:00:00Z"
        default:
            guard text.contains("T") else {
                throw CommandFailure.local("\(flag) is no time; use YYYY-MM, YYYY-MM-DD or RFC 3339")
            }
            return text
        }
    }

    private static func show(_ call: Invocation, _ data: JSONObject) throws -> Int32 {
        call.say("Period start: \(GoText.value(data["start_time"] ?? ""))")
        call.say("Period end: \(GoText.value(data["end_time"] ?? ""))")
        call.say("")
        let names = ["entity_clients", "non_entity_clients", "secret_syncs", "acme_clients", "clients"]
        func row(_ name: String, _ counts: JSON?) -> [String] {
            [name] + names.map { GoText.value(counts?[$0] ?? 0) }
        }
        var rows = (data["by_namespace"]?.arrayValue ?? []).map { space in
            let path = space["namespace_path"]?.stringValue ?? ""
            return row(path.isEmpty ? "[root]" : path, space["counts"])
        }
        rows.append(row("Total", data["total"]))
        call.say(
            TextTable.table(
                header: [
                    "Namespace path", "Entity Clients", "Non-Entity clients", "Secret syncs", "ACME clients",
                    "Active clients",
                ], rows: rows))
        return 0
    }
}
