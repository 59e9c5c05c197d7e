/// The operations that the holders of shares may do without a token, when the configuration says so.
///
/// Anyone who reaches such a path can begin or cancel (CVE-2026-5807), so Vault closed them in 2.0.
package enum UnauthenticatedFamily: String, Sendable, CaseIterable {
    case generateRoot = "generate-root"
    case rekey
    case generateOperationToken = "generate-operation-token"
}

extension CoreConfiguration {
    /// Whether a family may also be begun and cancelled without a token: only when somebody asked for that, by name
    /// or by the version (decision 0011).
    package func isBegunUnauthenticated(_ family: UnauthenticatedFamily) -> Bool {
        isUnauthenticated(family) && (choseReportedVersion || unauthenticatedAccess != nil)
    }

    /// Whether a family answers without a token: as configured, or as the reported version does.
    package func isUnauthenticated(_ family: UnauthenticatedFamily) -> Bool {
        if let unauthenticatedAccess { return unauthenticatedAccess.contains(family) }
        // A version that cannot be read counts as a new one.
        let major = reportedVersion.split(separator: ".").first.flatMap { Int($0) } ?? .max
        return major < 2
    }
}
