internal import CofferClient
internal import CofferJSON
internal import GoFlags

extension PluginCommands {
    static let reload = Command(
        name: "plugin reload", synopsis: "Reload mounted plugin backend", arguments: "[options]",
        about: """
            Makes engines anew, which drops what they keep in memory: those of a type, or
            those at the given mounts.

                $ {name} plugin reload -plugin=kv
                $ {name} plugin reload -mounts=secret/ -mounts=team/
            """,
        output: [.format],
        groups: [
            FlagGroup(
                "Command Options",
                [
                    Flag("mounts", .strings, "Mount to make anew; may be repeated."),
                    Flag("plugin", "Type of the engines to make anew."),
                    Flag("scope", "\"global\": on all nodes."),
                    Flag("type", "Type of the plugin: auth, database or secret."),
                ])
        ], count: .exactly(0),
        run: { call in
            let (plugin, mounts) = (call.flags.string("plugin"), call.flags.strings("mounts"))
            let (scope, type) = (call.flags.string("scope"), call.flags.string("type"))
            if plugin.isEmpty && mounts.isEmpty {
                throw CommandFailure.local("No plugins specified, must specify exactly one of -plugin or -mounts")
            }
            if !plugin.isEmpty && !mounts.isEmpty {
                throw CommandFailure.local("Must specify exactly one of -plugin or -mounts")
            }
            guard ["", "global"].contains(scope) else {
                throw CommandFailure.local("Invalid reload scope: \(scope)")
            }
            if !type.isEmpty { try checkType(type) }
            let client = try call.client()
            let request =
                type.isEmpty || plugin.isEmpty
                ? APIRequest(.put, "sys/plugins/reload/backend", body: body(plugin, mounts, scope))
                : APIRequest(.post, "sys/plugins/reload/\(type)/\(plugin)", body: ["scope": .string(scope)])
            let secret = try await explaining("Error reloading plugin/mounts") { () async throws(ClientError) in
                try await client.call(request).secret()
            }
            let what = mounts.isEmpty ? "plugin: \(plugin)" : "mounts: [\(mounts.joined(separator: " "))]"
            let id = secret?.data?["reload_id"]?.stringValue ?? ""
            let isGlobal = scope == "global" && !id.isEmpty
            call.say(isGlobal ? "Success! Reloading \(what), reload_id: \(id)" : "Success! Reloaded \(what)")
            return 0
        })

    private static func body(_ plugin: String, _ mounts: [String], _ scope: String) -> JSON {
        var body = JSONObject()
        if !plugin.isEmpty { body["plugin"] = .string(plugin) }
        if !mounts.isEmpty { body["mounts"] = .strings(mounts) }
        if !scope.isEmpty { body["scope"] = .string(scope) }
        return .object(body)
    }

    static let reloadStatus = Command(
        name: "plugin reload-status",
        synopsis: "Get the status of an active or recently completed global plugin reload",
        arguments: "[options] RELOAD_ID",
        about: """
            Prints how far a reload has come on each node.

                $ {name} plugin reload-status d60a3e83-a598-4f3a-879d-0ddd95f11d4e
            """,
        output: [.format], count: .exactly(1),
        run: { call in
            let client = try call.client()
            let id = call.arguments[0].trimmingSpaces
            let request = APIRequest(.get, "sys/plugins/reload/backend/status", query: [("reload_id", id)])
            let secret = try await explaining("Error retrieving plugin reload status") {
                () async throws(ClientError) in try await client.call(request).secret()
            }
            if call.format != .table { return try call.show(.object(secret?.data ?? [:])) }
            let nodes = secret?.data?["results"]?.objectValue?.sortedByKey.members ?? []
            let rows = nodes.map { node in
                [
                    GoText.value(node.value["timestamp"] ?? ""), node.key,
                    GoText.value(node.value["success"] ?? true), GoText.value(node.value["message"] ?? ""),
                ]
            }
            call.say(TextTable.table(header: ["Time", "Participant", "Success", "Message"], rows: rows))
            return 0
        })
}
