internal import GoFlags

/// The flags of the commands that enable and tune mounts.
enum MountFlags {
    /// For both kinds of mount, enabled or tuned.
    static let settings = [
        Flag("description", "What the mount is for."),
        Flag("default-lease-ttl", .duration, "Lifetime of a lease that asks for none; by default the server's."),
        Flag("max-lease-ttl", .duration, "Longest lifetime of a lease; by default the server's."),
        Flag(
            "audit-non-hmac-request-keys", .strings,
            "Field of requests that audit devices show as it is; may be repeated."),
        Flag(
            "audit-non-hmac-response-keys", .strings,
            "Field of answers that audit devices show as it is; may be repeated."),
        Flag("listing-visibility", "\"unauth\" shows the mount before login, \"hidden\" does not."),
        Flag("passthrough-request-headers", .strings, "Header of requests to hand on; may be repeated."),
        Flag("allowed-response-headers", .strings, "Header that answers may set; may be repeated."),
        Flag("options", .pairs, "key=value for the mount; may be repeated."),
        Flag("version", .int, "Version of the engine, where it has several."),
        Flag("plugin-version", "Version of the plugin to run."),
        Flag("identity-token-key", "Key that signs the mount's identity tokens."),
        Flag("trim-request-trailing-slashes", .bool, "Take slashes off the end of request paths."),
    ]

    /// For enabling only.
    static let enabling = [
        Flag("path", "Where to mount it; by default its type."),
        Flag("plugin-name", "Name of the plugin, for the type \"plugin\"."),
        Flag("local", .bool, "Keep the mount out of replication."),
        Flag("seal-wrap", .bool, "Wrap its critical values with the seal."),
        Flag("external-entropy-access", .bool, "Let it use the external source of entropy."),
    ]

    static let secretsOnly = [
        Flag("force-no-cache", .bool, "Do not cache for this engine."),
        Flag("allowed-managed-keys", .strings, "Managed key that it may use; may be repeated."),
    ]

    static let tokenType = Flag("token-type", "Type of the tokens that the method gives.")

    static let lockout = [
        Flag("user-lockout-threshold", .int, "Failed logins before a user is locked."),
        Flag("user-lockout-duration", .duration, "How long a user is locked."),
        Flag("user-lockout-counter-reset-duration", .duration, "When failed logins are forgotten."),
        Flag("user-lockout-disable", .bool, "Never lock users of this method."),
    ]
}
