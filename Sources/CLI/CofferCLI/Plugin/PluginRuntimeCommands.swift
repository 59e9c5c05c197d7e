internal import CofferClient
internal import CofferJSON
internal import GoFlags

/// The commands for the runtimes that plugins in containers have.
enum PluginRuntimeCommands {
    static let all = [
        Command.family(
            "plugin runtime", "Interact with Vault plugin runtimes catalog",
            about: """
                Lists runtimes of plugins in containers. This server runs no external
                plugins, so there are none.

                    $ {name} plugin runtime list
                """),
        list, info, register, deregister,
    ]

    private static let type = Flag("type", "Type of the runtime: container. Required.")

    /// The runtime that flags and argument name, as its path.
    private static func path(_ call: Invocation) throws -> String {
        let type = call.flags.string("type")
        if type.isEmpty { throw CommandFailure.local("-type is required for plugin runtime commands") }
        guard type == "container" else {
            throw CommandFailure.local("\(goQuoted(type)) is not a supported plugin runtime type")
        }
        return "sys/plugins/runtimes/catalog/\(type)/\(call.arguments[0].trimmingSpaces)"
    }

    private static let list = Command(
        name: "plugin runtime list", synopsis: "Lists available plugin runtimes", arguments: "[options]",
        about: "Lists the runtimes.", output: [.format], groups: [FlagGroup("Command Options", [type])],
        count: .exactly(0),
        run: { call in
            let client = try call.client()
            let failure = "Error listing available plugin runtimes"
            let secret = try await explaining(failure) { () async throws(ClientError) in
                try await client.call(.list("sys/plugins/runtimes/catalog")).secret()
            }
            let runtimes = secret?.data?["runtimes"]?.arrayValue ?? []
            if call.format != .table { return try call.show(.object(["runtimes": .array(runtimes)])) }
            if runtimes.isEmpty {
                throw CommandFailure.remote("No existing plugin runtimes found.")
            }
            let names = ["name", "type", "oci_runtime", "cgroup_parent", "cpu_nanos", "memory_bytes"]
            call.say(
                TextTable.table(
                    header: ["Name", "Type", "OCI Runtime", "Parent Cgroup", "CPU", "Memory"],
                    rows: runtimes.map { runtime in names.map { GoText.value(runtime[$0] ?? "") } }))
            return 0
        })

    private static let info = Command(
        name: "plugin runtime info", synopsis: "Read information about a plugin runtime in the catalog",
        arguments: "[options] NAME", about: "Prints what is known about a runtime.", output: [.field, .format],
        groups: [FlagGroup("Command Options", [type])], count: .exactly(1),
        run: { call in
            let path = try path(call)
            let client = try call.client()
            let failure = "Error reading plugin runtime named \(call.arguments[0].trimmingSpaces)"
            let secret = try await explaining(failure) { () async throws(ClientError) in
                try await client.call(APIRequest(.get, path)).secret()
            }
            guard let secret else { return 0 }
            return try call.showField(of: secret) ?? call.show(.object(secret.data ?? [:]))
        })

    private static let register = Command(
        name: "plugin runtime register", synopsis: "Registers a new plugin runtime in the catalog",
        arguments: "[options] NAME",
        about: """
            Asks the server to add a runtime. This server refuses that: it runs only what
            is built in.
            """,
        groups: [
            FlagGroup(
                "Command Options",
                [
                    type, Flag("cgroup_parent", "Parent of the control group."),
                    Flag("cpu_nanos", .int, "Limit of processor time, in billionths."),
                    Flag("memory_bytes", .int, "Limit of memory."), Flag("oci_runtime", "Runtime of the images."),
                    Flag("rootless", .bool, "Run without the rights of root."),
                ])
        ], count: .exactly(1),
        run: { call in
            let path = try path(call)
            let name = call.arguments[0].trimmingSpaces
            let client = try call.client()
            let body: JSON = [
                "cgroup_parent": .string(call.flags.string("cgroup_parent")),
                "cpu_nanos": .int(call.flags.int("cpu_nanos")), "memory_bytes": .int(call.flags.int("memory_bytes")),
                "oci_runtime": .string(call.flags.string("oci_runtime")),
                "rootless": .bool(call.flags.bool("rootless")),
            ]
            _ = try await explaining("Error registering plugin runtime \(name)") { () async throws(ClientError) in
                try await client.call(APIRequest(.put, path, body: body))
            }
            call.say("Success! Registered plugin runtime: \(name)")
            return 0
        })

    private static let deregister = Command(
        name: "plugin runtime deregister", synopsis: "Deregister an existing plugin runtime in the catalog",
        arguments: "[options] NAME", about: "Takes a runtime out of the catalogue.",
        groups: [FlagGroup("Command Options", [type])], count: .exactly(1),
        run: { call in
            let path = try path(call)
            let name = call.arguments[0].trimmingSpaces
            let client = try call.client()
            let failure = "Error deregistering plugin runtime named \(name)"
            _ = try await explaining(failure) { () async throws(ClientError) in
                try await client.call(APIRequest(.delete, path))
            }
            call.say("Success! Deregistered plugin runtime: \(name)")
            return 0
        })
}
