internal import CofferBase

/// How long a token lives: pure arithmetic over what was asked and what is allowed.
package struct TokenTTL: Sendable {
    /// Asked for by the caller; zero means the default.
    package var requested: Duration = .zero
    package var period: Duration = .zero
    package var explicitMaximum: Duration = .zero
    /// The role's maximum; zero means none.
    package var roleMaximum: Duration = .zero
    package var mountDefault: Duration
    package var mountMaximum: Duration
    /// Time since the token was issued; zero at creation.
    package var age: Duration = .zero

    package init(mountDefault: Duration, mountMaximum: Duration) {
        self.mountDefault = mountDefault
        self.mountMaximum = mountMaximum
    }

    package struct Result: Sendable, Equatable {
        /// From now; never negative.
        package var ttl: Duration
        package var warnings: [String]
    }

    package func effective() -> Result {
        period > .zero ? periodic() : limited()
    }

    /// Periodic tokens start over at each renewal; only an explicit maximum ends them.
    private func periodic() -> Result {
        var warnings: [String] = []
        var ttl = period
        if ttl > mountMaximum {
            ttl = mountMaximum
            warnings.append(Self.cappedWarning("Period", period, mountMaximum))
        }
        if explicitMaximum > .zero {
            let left = max(explicitMaximum - age, .zero)
            if ttl > left {
                ttl = left
                warnings.append(Self.cappedWarning("TTL", period, left))
            }
        }
        return Result(ttl: ttl, warnings: warnings)
    }

    private func limited() -> Result {
        var limit = mountMaximum
        for bound in [roleMaximum, explicitMaximum] where bound > .zero { limit = min(limit, bound) }
        let left = max(limit - age, .zero)
        let wanted = requested > .zero ? requested : mountDefault
        if wanted <= left { return Result(ttl: wanted, warnings: []) }
        // A default that is cut short was nobody's wish, so it warns nobody.
        let warnings = requested > .zero ? [Self.cappedWarning("TTL", wanted, left)] : []
        return Result(ttl: left, warnings: warnings)
    }

    private static func cappedWarning(_ name: String, _ asked: Duration, _ given: Duration) -> String {
        let asked = GoDuration.format(asked)
        let given = GoDuration.format(.seconds(given.wholeSeconds))
        return "\(name) of \"\(asked)\" exceeded the effective max_ttl of \"\(given)\"; "
            + "\(name) value is capped accordingly"
    }
}
