internal import CofferBase
internal import CofferFramework

/// How often a service was asked in a row about one entity without a yes. Stored: a restart gives no new attempts,
/// and whoever knows a password cannot have its owner's phone ring all night.
struct FactorAttempts: Sendable {
    static let maximum: Int64 = 5
    static let pause: Duration = .seconds(300)

    var failures: Int64 = 0
    var closedUntil: Int64 = 0

    /// Counts an attempt before it is made, so that many at once are counted too. - Returns: false when there are none left.
    mutating func begin(at now: Timestamp) -> Bool {
        if closedUntil > now.nanoseconds { return false }
        if failures >= Self.maximum { failures = 0 }
        failures += 1
        if failures >= Self.maximum { closedUntil = (now + Self.pause).nanoseconds }
        return true
    }
}

extension FactorAttempts: IdentityRecord {
    static let schema = Schema<FactorAttempts>(
        { FactorAttempts() },
        [
            Field("failures", \.failures, "Attempts in a row without a yes."),
            Field("closed_until", \.closedUntil, "When it may be tried again."),
        ])
}
