internal import GoFlags

/// The flags that most commands share.
enum GlobalFlags {
    static let http = FlagGroup("HTTP Options", connection + trust + request)

    private static let connection = [
        Flag(
            "address", default: "https://127.0.0.1:8200", variable: "VAULT_ADDR", "Address of the server."),
        Flag("agent-address", variable: "VAULT_AGENT_ADDR", "Address of the agent; wins over -address."),
        Flag("token", "Token to use, in place of VAULT_TOKEN and of the stored one."),
        Flag(
            "namespace", variable: "VAULT_NAMESPACE",
            "Namespace of the command; paths are relative to it. -ns is a shortcut."),
        Flag("ns", isHidden: true, "The same as -namespace, and wins over it."),
        Flag("disable-redirects", .bool, variable: "VAULT_DISABLE_REDIRECTS", "Do not follow a redirect."),
    ]

    private static let trust = [
        Flag(
            "ca-cert", variable: "VAULT_CACERT",
            "File with the PEM certificates of the authorities that may sign the server's. Wins over -ca-path."),
        Flag("ca-path", variable: "VAULT_CAPATH", "Folder of PEM files with such certificates."),
        Flag(
            "client-cert", variable: "VAULT_CLIENT_CERT",
            "PEM file with the certificate to show to the server; needs -client-key."),
        Flag("client-key", variable: "VAULT_CLIENT_KEY", "PEM file with the key of the certificate in -client-cert."),
        Flag("tls-server-name", variable: "VAULT_TLS_SERVER_NAME", "Name to ask for when connecting with TLS."),
        Flag(
            "tls-skip-verify", .bool, variable: "VAULT_SKIP_VERIFY",
            "Do not verify the server's certificate. Anyone on the way can then read and change what is sent."),
    ]

    private static let request = [
        Flag("policy-override", .bool, "Override a policy that is enforced softly."),
        Flag(
            "wrap-ttl", .duration, variable: "VAULT_WRAP_TTL",
            "Put the answer into a wrapping token that lives this long; \"{name} unwrap\" opens it. A number with "
                + "a suffix such as \"30s\" or \"5m\"."),
        Flag("mfa", .strings, variable: "VAULT_MFA", "Second factor for this request, sent in the header X-Vault-MFA."),
        Flag("output-curl-string", .bool, "Send nothing; print a curl command that sends the request."),
        Flag("output-policy", .bool, "Send nothing; print a policy that allows the request."),
        Flag("unlock-key", "Key that opens a locked namespace."),
        Flag(
            "header", .pairs,
            "Header as key=value to add to every request; may be repeated. Names that start with \"X-Vault-\" are "
                + "refused."),
        Flag("non-interactive", .bool, "Never ask for input on the terminal."),
    ]

    private static let field = Flag(
        "field",
        "Print only the value of this field, without a newline at the end when the output is no terminal. Wins over "
            + "the other output flags.")

    private static let format = Flag(
        "format", default: "table", variable: "VAULT_FORMAT",
        "Form of the output: \"table\", \"json\", \"yaml\" or \"pretty\"; for \"read\" also \"raw\".")

    private static let detailed = Flag(
        "detailed", .bool, variable: "VAULT_DETAILED", "Show what else is known about the listed items.")

    static func output(_ output: Command.Output) -> [FlagGroup] {
        var flags: [Flag] = []
        if output.contains(.field) { flags.append(field) }
        if output.contains(.format) { flags.append(format) }
        if output.contains(.detailed) { flags.append(detailed) }
        return flags.isEmpty ? [] : [FlagGroup("Output Options", flags)]
    }
}
