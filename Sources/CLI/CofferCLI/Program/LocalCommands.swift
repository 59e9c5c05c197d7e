/// Commands that work on configuration and storage without a running server: the program around runs them.
enum LocalCommands {
    static let all = [
        command(
            "operator diagnose", "Troubleshoot problems starting Vault",
            about: """
                Goes through what a start of the server would do with a configuration, and says
                what would fail. The server must not run on the same storage.

                    $ {name} operator diagnose -config=/etc/coffer/config.hcl
                """),
        command(
            "operator validate-config", "Check a configuration without starting anything",
            about: """
                Reads configuration files and says what is wrong with them.

                    $ {name} operator validate-config /etc/coffer/config.hcl
                """),
        command(
            "operator migrate", "Migrates Vault data between storage backends",
            about: """
                Copies all entries, as they are encrypted, from one storage to another. Servers
                of both must be stopped. An interrupted migration goes on where it was.

                    $ {name} operator migrate -config=migrate.hcl
                """),
    ]

    private static func command(_ name: String, _ synopsis: String, about: String) -> Command {
        Command(
            name: name, synopsis: synopsis, arguments: "[options]", about: about, output: [.offline],
            run: { _ in throw CommandFailure.local("This program has no server, and nothing to do this with.") })
    }
}
