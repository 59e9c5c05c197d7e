internal import CofferClient
internal import GoFlags

/// Logging in.
enum LoginCommands {
    static let all = [login]

    private static let login = Command(
        name: "login", synopsis: "Authenticate locally", arguments: "[options] [AUTH K=V...]",
        about: """
            Logs in and keeps the token for the commands that follow, in ~/.vault-token.
            The default method is "token"; "-" as the argument reads from standard input.

                $ {name} login hvs.CAESIExample
                $ {name} login -method=userpass username=sally

            -path names the mount where it is not the method's own. A wrapped answer
            (-wrap-ttl) is opened, except with -token-only and -no-store.
            """,
        output: [.field, .format],
        groups: [
            FlagGroup(
                "Command Options",
                [
                    Flag("method", default: "token", "Type of the auth method (not its path)."),
                    Flag("path", "Where the auth method is mounted; by default its type."),
                    Flag("no-store", .bool, "Do not keep the token; print it only."),
                    Flag("no-print", .bool, "Do not print the token; keep it only."),
                    Flag("token-only", .bool, "Print the token and nothing else; the same as -field=token -no-store."),
                ])
        ],
        run: { call in
            let options = try LoginOptions(call.flags)
            guard let method = LoginMethod.named(options.method) else { throw options.unknownMethod(call) }
            let settings = try settings(call, options)
            var client = try call.client()
            // Another method's login must not carry an old token along.
            if options.method != "token" { client.configuration.token = "" }
            let mount = APIPath.plain(settings["mount"] ?? options.mount)
            let answer: Secret?
            do {
                answer = try await method.run(call, &client, settings, mount)
            } catch ClientError.described(let text) {
                throw ClientError.described(text)
            } catch {
                throw CommandFailure.remote("Error authenticating: \(error)")
            }
            guard let answer else {
                throw CommandFailure.remote("Error authenticating: empty response from credential provider")
            }
            return try await LoginResult(call: call, options: options, client: client).finish(answer)
        })

    private static func settings(_ call: Invocation, _ options: LoginOptions) throws -> [String: String] {
        var arguments = call.arguments
        if options.method == "token", let first = arguments.first, !first.contains("=") {
            arguments[0] = "token=" + first
        }
        do {
            let input = try KeyValueInput(arguments, input: { call.standardInput() })
            guard let texts = input.texts else {
                throw CommandFailure.local("Error parsing configuration: failed to convert values to strings")
            }
            return Dictionary(texts.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
        } catch let error as KeyValueInput.Malformed {
            throw CommandFailure.local("Error parsing configuration: \(error)")
        }
    }
}

/// The flags of a login.
struct LoginOptions: Sendable {
    let method: String
    let mount: String
    let stores: Bool
    let prints: Bool
    let tokenOnly: Bool
    let field: String

    init(_ flags: ParsedFlags) throws {
        tokenOnly = flags.bool("token-only")
        stores = !tokenOnly && !flags.bool("no-store")
        prints = !flags.bool("no-print")
        field = tokenOnly ? "token" : flags.string("field")
        guard stores || prints else {
            throw CommandFailure.local("-no-store and -no-print cannot be used together")
        }
        let type = APIPath.plain(flags.string("method"))
        method = type.isEmpty ? "token" : type
        mount = flags.string("path").isEmpty ? method : flags.string("path")
    }

    func unknownMethod(_ call: Invocation) -> CommandFailure {
        .local(
            wrapText(
                "Unknown auth method: \(method). Use \"\(call.program.name) auth list\" to see the complete list of "
                    + "auth methods. Additionally, some auth methods are only available via the HTTP API."))
    }
}
