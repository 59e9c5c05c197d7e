internal import GoFlags

/// The flags of `server`.
enum ServerFlags {
    static let set = FlagSet(groups: [
        FlagGroup(
            "Command Options",
            [
                Flag("config", .strings, "Path to a configuration file, or to a directory of .hcl and .json files."),
                Flag(
                    "log-level", variable: "VAULT_LOG_LEVEL",
                    "Least level of log messages: trace, debug, info, warn or error."),
                Flag("recovery", .bool, "Start in recovery mode: nothing answers but sys/raw, for a recovery token."),
                Flag("log-format", variable: "VAULT_LOG_FORMAT", "Form of log messages: standard or json."),
                Flag("log-file", variable: "VAULT_LOG_FILE", "File, or folder with a final slash, for log messages."),
                Flag("log-rotate-bytes", .int, "Size at which the log file is rotated."),
                Flag("log-rotate-duration", "Age at which the log file is rotated; 24h by default."),
                Flag("log-rotate-max-files", .int, "Rotated files to keep; 0 keeps all, -1 none."),
                Flag("exit-on-core-shutdown", .bool, isHidden: true, "Accepted for compatibility."),
            ]),
        FlagGroup(
            "Dev Options",
            [
                Flag("dev", .bool, "Start unsealed and in memory, for development. Never use it in production."),
                Flag("dev-root-token-id", variable: "VAULT_DEV_ROOT_TOKEN_ID", "Initial root token of dev mode."),
                Flag(
                    "dev-listen-address", default: "127.0.0.1:8200", variable: "VAULT_DEV_LISTEN_ADDRESS",
                    "Address of dev mode."),
                Flag("dev-no-store-token", .bool, "Do not write the root token to the token helper's file."),
                Flag("dev-kv-v1", .bool, "Mount version 1 of kv at secret/."),
                Flag("dev-no-kv", .bool, "Mount nothing at secret/."),
                Flag("dev-tls", .bool, "Serve TLS in dev mode, with certificates that are made for it."),
                Flag(
                    "dev-tls-cert-dir", "Folder for those certificates; by default a temporary one, which is removed."),
                Flag("dev-tls-san", .strings, "Further name or address in the certificate; may be repeated."),
                Flag("dev-plugin-dir", isHidden: true, "Accepted for compatibility."),
                Flag("dev-leased-kv", .bool, isHidden: true, "Accepted for compatibility."),
                Flag("dev-latency", .int, isHidden: true, "Accepted for compatibility."),
            ]),
    ])

    static let help = """
        Usage: coffer server [options]

          Starts a server that answers API requests. It starts sealed: initialise
          it with "coffer operator init", open it with "coffer operator unseal".

              $ coffer server -config=/etc/coffer/config.hcl

          For development, in memory and unsealed:

              $ coffer server -dev -dev-root-token-id="root"

        \(set.help)
        """
}
