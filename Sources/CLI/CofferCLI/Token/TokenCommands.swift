/// The commands for tokens.
enum TokenCommands {
    static let all = [
        Command.family(
            "token", "Interact with tokens",
            about: """
                Creates, looks up, renews and revokes tokens.

                    $ {name} token create -ttl=1h -policy=web
                    $ {name} token lookup
                    $ {name} token revoke hvs.CAESIExample
                """),
        create, lookup, renew, revoke, capabilities,
    ]
}
