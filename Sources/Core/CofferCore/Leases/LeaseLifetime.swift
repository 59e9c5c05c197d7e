internal import CofferBase
internal import CofferFramework
internal import LeaseService
internal import TokenService

/// How long a secret's lease lasts: its own limits, its mount's, and the end of a batch token.
struct LeaseLifetime {
    private let limits: TokenTTL
    /// Until the end of its batch token; nil without one.
    private let left: Duration?

    init(_ lease: Lease, _ mount: MountReference, at now: Timestamp) {
        var limits = TokenTTL(mountDefault: mount.defaultTTL, mountMaximum: mount.maximumTTL)
        limits.roleMaximum = lease.secret?.maximumTTL ?? .zero
        limits.age = max(now - lease.issueTime, .zero)
        self.limits = limits
        left = lease.secret?.latestEnd.map { max($0 - now, .zero) }
    }

    /// From now; zero wants the mount's default.
    func wanting(_ wanted: Duration) -> TokenTTL.Result {
        var limits = limits
        limits.requested = wanted
        var result = limits.effective()
        if let left { result.ttl = min(result.ttl, left) }
        return result
    }
}
