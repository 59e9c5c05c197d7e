internal import CofferClient
internal import CofferJSON
internal import GoFlags

/// Commands without a family.
enum MiscellaneousCommands {
    static let all = [version, printFamily, printToken, pathHelp, server, versionHistory] + events

    static let version = Command(
        name: "version", synopsis: "Prints the version", arguments: "", about: "Prints the version of this program.",
        output: [.offline],
        run: { call in
            call.say(call.program.version)
            return 0
        })

    private static let printFamily = Command.family(
        "print", "Prints runtime configurations",
        about: """
            Prints what the commands use.

                $ {name} print token
            """)

    private static let printToken = Command(
        name: "print token", synopsis: "Prints the vault token currently in use", arguments: "",
        about: """
            Prints the token that commands use, from the environment or the last login.

                $ {name} print token
            """,
        run: { call in
            call.say(try call.client().configuration.token)
            return 0
        })

    private static let pathHelp = Command(
        name: "path-help", synopsis: "Retrieve API help for paths", arguments: "[options] PATH",
        about: """
            Prints the server's own help on a path.

                $ {name} path-help sys/mounts
            """,
        output: [.format], count: .exactly(1),
        run: { call in
            let client = try call.client()
            let request = APIRequest(.get, APIPath.plain(call.arguments[0]), query: [("help", "1")])
            let answer: JSONObject?
            do throws(ClientError) {
                answer = try await client.call(request).object()
            } catch {
                if case .described = error { throw error }
                guard error.description.contains("Vault is sealed") else {
                    throw CommandFailure.remote("Error retrieving help: \(error)")
                }
                throw CommandFailure.remote(
                    """
                    Error: Vault is sealed.

                    The "path-help" command requires the Vault to be unsealed so that the mount
                    points of the secret engines are known.
                    """)
            }
            call.say(call.format == .json ? (answer?["openapi"] ?? .null).text : GoText.value(answer?["help"] ?? ""))
            return 0
        })

    /// Only its name and help: the program around runs it.
    private static let server = Command(
        name: "server", synopsis: "Start a Vault server", arguments: "[options]",
        about: """
            Starts a server.

                $ {name} server -config=/etc/coffer/config.hcl
                $ {name} server -dev
            """,
        output: [.offline],
        run: { _ in throw CommandFailure.local("This program has no server.") })
}
