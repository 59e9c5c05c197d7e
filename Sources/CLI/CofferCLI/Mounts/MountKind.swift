internal import GoFlags

/// Secrets engines and auth methods: the same five commands with different words and paths.
struct MountKind: Sendable {
    /// `secrets` or `auth`.
    let family: String
    /// `sys/mounts` or `sys/auth`.
    let path: String
    /// `secrets engine` or `auth method`.
    let noun: String
    /// What stands before a mount's name in its tuning path.
    let tunePrefix: String
    let enableFlags: [Flag]
    let tuneFlags: [Flag]

    static let secrets = MountKind(
        family: "secrets", path: "sys/mounts", noun: "secrets engine", tunePrefix: "sys/mounts/",
        enableFlags: MountFlags.settings + MountFlags.enabling + MountFlags.secretsOnly,
        tuneFlags: MountFlags.settings + [MountFlags.secretsOnly[1]])

    static let auth = MountKind(
        family: "auth", path: "sys/auth", noun: "auth method", tunePrefix: "sys/mounts/auth/",
        enableFlags: MountFlags.settings + MountFlags.enabling + [MountFlags.tokenType],
        tuneFlags: MountFlags.settings + [MountFlags.tokenType] + MountFlags.lockout)

    var isAuth: Bool { family == "auth" }
}
