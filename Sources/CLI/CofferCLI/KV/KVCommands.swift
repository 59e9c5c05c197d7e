internal import GoFlags

/// The commands for the key/value engine, which know where its two versions keep things.
enum KVCommands {
    static let all = [
        family, get, put, patch, list, delete, undelete, destroy, rollback, enableVersioning, metadataFamily,
        metadataGet, metadataPut, metadataPatch, metadataDelete,
    ]

    private static let family = Command.family(
        "kv", "Interact with the key-value storage",
        about: """
            Reads and writes secrets in a key/value engine, with or without versions.

                $ {name} kv put -mount=secret app user=web
                $ {name} kv get -mount=secret app
                $ {name} kv get -mount=secret -version=1 app
                $ {name} kv delete -mount=secret app
            """)

    private static let metadataFamily = Command.family(
        "kv metadata", "Interact with the metadata of the key-value storage",
        about: """
            Reads and changes what is known about a key: its settings and its versions.

                $ {name} kv metadata get -mount=secret app
                $ {name} kv metadata put -mount=secret -max-versions=5 app
            """)

    static let mount = Flag(
        "mount",
        "Path where the engine is mounted. With it, the argument is the path of the secret; without it, mount and "
            + "secret in one, in which the part that the API puts between them is added.")

    static func options(_ flags: Flag...) -> [FlagGroup] { [FlagGroup("Common Options", flags + [mount])] }
}
