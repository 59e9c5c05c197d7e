internal import CofferClient

/// The commands for secrets engines.
enum SecretsCommands {
    static let all = [
        Command.family(
            "secrets", "Interact with secrets engines",
            about: """
                Enables, disables, lists, tunes and moves secrets engines.

                    $ {name} secrets list
                    $ {name} secrets enable -path=team kv-v2
                """),
        MountKind.secrets.enable(
            "Enable a secrets engine",
            about: """
                Enables a secrets engine, by default at the path that is named as its type.

                    $ {name} secrets enable -version=2 kv
                    $ {name} secrets enable -path=ssh-prod -max-lease-ttl=30m ssh
                """),
        MountKind.secrets.disable(
            "Disable a secret engine",
            about: """
                Disables the secrets engine at the path (not: of that type). Its leases are
                revoked and its data is removed.

                    $ {name} secrets disable team/
                """),
        MountKind.secrets.list(
            "List enabled secrets engines",
            about: """
                Lists the secrets engines. A TTL of "system" is the server's own.

                    $ {name} secrets list -detailed
                """),
        MountKind.secrets.tune(
            "Tune a secrets engine configuration",
            about: """
                Changes settings of the secrets engine at the path (not: of that type).

                    $ {name} secrets tune -default-lease-ttl=72h pki/
                """),
        MountKind.secrets.move(
            "Move a secrets engine to a new path",
            about: """
                Moves a secrets engine with its settings and data. Its leases are revoked.

                    $ {name} secrets move team/ group/
                """),
    ]
}
