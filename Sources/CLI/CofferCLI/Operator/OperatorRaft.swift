internal import CofferClient
internal import CofferJSON
internal import GoFlags

/// `operator raft`: the nodes, and snapshots of the storage whatever it is.
extension OperatorCommands {
    static let raft = Command.family(
        "operator raft", "Interact with Vault's Raft storage backend",
        about: """
            Saves, restores and inspects snapshots of the storage, whatever its kind.

                $ {name} operator raft snapshot save vault.snap
            """)

    static let raftSnapshot = Command.family(
        "operator raft snapshot", "Restores and saves snapshots from the Raft cluster",
        about: """
            A snapshot is one file with everything stored, as it is at one moment. Secrets
            in it are encrypted as they are in the storage.

                $ {name} operator raft snapshot save vault.snap
                $ {name} operator raft snapshot restore vault.snap
            """)

    static let raftListPeers = Command(
        name: "operator raft list-peers", synopsis: "Returns the Raft peer set", arguments: "[options]",
        about: """
            Lists the nodes that share the storage.

                $ {name} operator raft list-peers
            """,
        output: [.format], count: .exactly(0),
        run: { call in
            let client = try call.client()
            let answer = try await explaining("Error reading the raft cluster configuration") {
                () async throws(ClientError) in try await client.read("sys/storage/raft/configuration")
            }
            guard let answer else {
                throw CommandFailure.remote("No raft cluster configuration found")
            }
            if call.format != .table { return try call.show(answer) }
            let servers = answer.data?["config"]?["servers"]?.arrayValue ?? []
            let rows = servers.map { server in
                [
                    server["node_id"]?.stringValue ?? "", server["address"]?.stringValue ?? "",
                    server["leader"]?.boolValue == true ? "leader" : "follower",
                    GoText.value(server["voter"] ?? false),
                ]
            }
            call.say(TextTable.table(header: ["Node", "Address", "State", "Voter"], rows: rows))
            return 0
        })

    static let raftSave = Command(
        name: "operator raft snapshot save", synopsis: "Saves a snapshot of the current state of the Raft cluster",
        arguments: "<snapshot_file>",
        about: """
            Saves everything stored, as it is now, into a file that only its owner may
            read. The file is complete and verified, or not there.

                $ {name} operator raft snapshot save vault.snap
            """,
        count: .exactly(1),
        run: { call in
            try await SnapshotFile(call.arguments[0].trimmingSpaces).save(with: try call.client())
            return 0
        })

    static let raftRestore = Command(
        name: "operator raft snapshot restore", synopsis: "Installs the provided snapshot",
        arguments: "[options] <snapshot_file>",
        about: """
            Puts a snapshot in the place of everything stored. The server verifies all of
            it before it changes anything.

                $ {name} operator raft snapshot restore vault.snap
            """,
        groups: [
            FlagGroup(
                "Command Options",
                [
                    Flag(
                        "force", .bool,
                        "Also for a snapshot of other unseal keys: the server is sealed then, and those keys open it.")
                ])
        ], count: .exactly(1),
        run: { call in
            let file = SnapshotFile(call.arguments[0].trimmingSpaces)
            try await file.restore(with: try call.client(), isForced: call.flags.bool("force"))
            return 0
        })

    static let raftInspect = Command(
        name: "operator raft snapshot inspect", synopsis: "Inspects raft snapshot",
        arguments: "[options] <snapshot_file>",
        about: """
            Verifies a snapshot and shows what is in it, without a server and without keys.

                $ {name} operator raft snapshot inspect vault.snap
            """,
        output: [.format, .offline],
        groups: [
            FlagGroup(
                "Command Options",
                [
                    Flag("details", .bool, default: "true", "Count the entries by the beginning of their names."),
                    Flag("depth", .int, default: "2", "How many elements of the names to count by; at least 1."),
                    Flag("filter", "Count only names that begin with this."),
                ])
        ], count: .exactly(1),
        run: { call in
            let report = try SnapshotReport(
                SnapshotFile(call.arguments[0].trimmingSpaces), depth: max(call.flags.int("depth"), 1),
                filter: call.flags.string("filter"))
            let hasDetails = call.flags.bool("details")
            if call.format != .table { return try call.show(report.json(hasDetails: hasDetails)) }
            call.say(report.text(hasDetails: hasDetails))
            return 0
        })
}
