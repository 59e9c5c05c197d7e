internal import CofferClient
internal import CofferJSON
internal import GoFlags

extension OperatorCommands {
    static let unseal = Command(
        name: "operator unseal", synopsis: "Unseals the Vault server", arguments: "[options] [KEY]",
        about: """
            Gives the server one share of its key. Without an argument the share is asked
            for on the terminal; "-" reads it from standard input. A share as argument
            stays in the shell's history.

                $ {name} operator unseal
                Unseal Key (will be hidden):
            """,
        output: [.format],
        groups: [
            FlagGroup(
                "Command Options",
                [
                    Flag("reset", .bool, "Forget the shares that were given so far."),
                    Flag("migrate", .bool, "The share is for moving to another seal."),
                ])
        ], count: .between(0, 1),
        run: { call in
            let client = try call.client()
            if call.flags.bool("reset") {
                return try await send(call, client, ["reset": true], failure: "Error resetting unseal process")
            }
            let key = try share(call)
            let body: JSON = ["key": .string(key), "reset": false, "migrate": .bool(call.flags.bool("migrate"))]
            return try await send(call, client, body, failure: "Error unsealing")
        })

    private static func send(
        _ call: Invocation, _ client: Client, _ body: JSON, failure: String
    ) async throws -> Int32 {
        let seal = try await explaining(failure) { () async throws(ClientError) in
            try await client.call(APIRequest(.put, "sys/unseal", body: body)).object()
        }
        try call.show(try await SealStatus.read(seal ?? [:], client))
        return 0
    }

    private static func share(_ call: Invocation) throws -> String {
        if let argument = call.arguments.first?.trimmingSpaces, argument != "-", !argument.isEmpty { return argument }
        guard call.isInteractive else {
            throw CommandFailure.local(
                wrapText(
                    "Refusing to read from stdin with -non-interactive specified; specify unseal key as an argument to "
                        + "this command"))
        }
        if call.arguments.isEmpty {
            call.console.output(Array("Unseal Key (will be hidden): ".utf8))
            let typed = call.console.hiddenLine()
            call.say("")
            if let typed { return typed.trimmingSpaces }
        }
        return String(decoding: call.console.input(), as: UTF8.self).trimmingSpaces
    }
}
