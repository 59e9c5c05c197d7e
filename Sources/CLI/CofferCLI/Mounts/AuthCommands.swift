internal import GoFlags

/// The commands for auth methods.
enum AuthCommands {
    static let all = [
        Command.family(
            "auth", "Interact with auth methods",
            about: """
                Enables, disables, lists, tunes and moves the methods of logging in. To log
                in, see "{name} login".

                    $ {name} auth list
                    $ {name} auth enable userpass
                """),
        MountKind.auth.enable(
            "Enables a new auth method",
            about: """
                Enables an auth method, by default at the path that is named as its type.

                    $ {name} auth enable userpass
                    $ {name} auth enable -path=ldap-prod ldap
                """),
        MountKind.auth.disable(
            "Disables an auth method",
            about: """
                Disables the auth method at the path (not: of that type). The tokens that it
                gave are revoked.

                    $ {name} auth disable userpass/
                """),
        MountKind.auth.list(
            "Lists enabled auth methods",
            about: """
                Lists the auth methods. A TTL of "system" is the server's own.

                    $ {name} auth list -detailed
                """),
        MountKind.auth.tune(
            "Tunes an auth method configuration",
            about: """
                Changes settings of the auth method at the path (not: of that type).

                    $ {name} auth tune -default-lease-ttl=72h userpass/
                """),
        MountKind.auth.move(
            "Move an auth method to a new path",
            about: """
                Moves an auth method with its settings. Its leases are revoked.

                    $ {name} auth move auth/approle/ auth/machines/
                """),
        help,
    ]

    private static let help = Command(
        name: "auth help", synopsis: "Prints usage for an auth method", arguments: "[options] TYPE",
        about: """
            Prints how to log in with an auth method.

                $ {name} auth help userpass
            """,
        count: .exactly(1),
        run: { call in
            let type = APIPath.plain(call.arguments[0])
            guard let method = LoginMethod.named(type) else {
                throw CommandFailure.local(
                    wrapText(
                        "Error: the CLI has no help for the auth method \"\(type)\". Some methods can be used through "
                            + "the HTTP API only."))
            }
            call.say(
                method.help.split(separator: "{name}", omittingEmptySubsequences: false)
                    .joined(separator: call.program.name))
            return 0
        })
}
