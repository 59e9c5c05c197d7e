/// The paths that need the capability `sudo` beside the ordinary one.
enum SudoPaths {
    /// `+` is one element, `*` at the end any text.
    private static let patterns = [
        "auth/token/accessors", "auth/token/revoke-orphan", "sys/audit", "sys/audit/+", "sys/auth/+", "sys/auth/+/tune",
        "sys/config/auditing/request-headers", "sys/config/auditing/request-headers/+", "sys/config/cors",
        "sys/config/ui/headers", "sys/config/ui/headers/+", "sys/internal/inspect/router/+", "sys/leases",
        "sys/leases/lookup", "sys/leases/lookup/*", "sys/leases/revoke-prefix/*", "sys/leases/revoke-force/*",
        "sys/revoke-prefix/*", "sys/revoke-force/*", "sys/plugins/catalog/*", "sys/plugins/runtimes/catalog/*",
        "sys/raw", "sys/raw/*", "sys/remount", "sys/rotate", "sys/rotate/config", "sys/seal", "sys/step-down",
        "sys/storage/raft/snapshot-auto/config/*", "+/root", "+/root/sign-self-issued",
    ]

    static func include(_ path: String) -> Bool { patterns.contains { matches(path, $0) } }

    private static func matches(_ path: String, _ pattern: String) -> Bool {
        let parts = path.split(separator: "/")
        let expected = pattern.split(separator: "/")
        if expected.last == "*" {
            guard parts.count >= expected.count else { return false }
            return zip(parts, expected.dropLast()).allSatisfy { $1 == "+" || $0 == $1 }
        }
        return parts.count == expected.count && zip(parts, expected).allSatisfy { $1 == "+" || $0 == $1 }
    }
}
