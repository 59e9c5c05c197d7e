internal import CofferClient

/// The commands for those who run a server.
enum OperatorCommands {
    static let all = [
        Command.family(
            "operator", "Perform operator-specific tasks",
            about: """
                Initializes, unseals and seals a server, and changes its keys.

                    $ {name} operator init
                    $ {name} operator unseal
                """),
        initialize, unseal, seal, keyStatus, rotate, rekey, generateRoot, members, stepDown, usage, raft, raftListPeers,
        raftSnapshot, raftSave, raftRestore, raftInspect,
    ]

    private static let seal = Command(
        name: "operator seal", synopsis: "Seals the Vault server", arguments: "[options]",
        about: """
            Seals the server: it forgets its keys and answers nothing until it is
            unsealed. A started unsealing begins anew.

                $ {name} operator seal
            """,
        count: .exactly(0),
        run: { call in
            let client = try call.client()
            _ = try await explaining("Error sealing") { () async throws(ClientError) in
                try await client.call(APIRequest(.put, "sys/seal"))
            }
            call.say("Success! Vault is sealed.")
            return 0
        })
}
