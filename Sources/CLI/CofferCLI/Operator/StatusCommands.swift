internal import CofferClient
internal import CofferJSON

/// The state of the server.
enum StatusCommands {
    static let all = [status]

    private static let status = Command(
        name: "status", synopsis: "Print seal and HA status", arguments: "[options]",
        about: """
            Prints whether the server is sealed, and its place in the cluster. The exit
            status tells, too:

                - 0 - unsealed
                - 1 - error
                - 2 - sealed
            """,
        output: [.format], count: .exactly(0),
        run: { call in
            var configured: Client
            do {
                configured = try call.client()
            } catch let failure as CommandFailure {
                // 2 means sealed here.
                throw CommandFailure.local(failure.message)
            }
            // Namespaces exist only while the server is unsealed.
            configured.configuration.namespace = ""
            let client = configured
            let seal = try await explaining("Error checking seal status", status: 1) { () async throws(ClientError) in
                try await client.call(APIRequest(.get, "sys/seal-status")).object()
            }
            let state = try await SealStatus.read(seal ?? [:], client)
            try call.show(state)
            return state.isSealed ? 2 : 0
        })
}
