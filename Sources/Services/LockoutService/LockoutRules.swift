package import CofferFramework

/// When users of one mount are locked out: everything that was set, put together.
package struct LockoutRules: Sendable, Equatable {
    package var threshold: Int64 = 5
    package var duration: Duration = .seconds(15 * 60)
    package var counterReset: Duration = .seconds(15 * 60)
    package var isDisabled = false

    /// - Parameter settings: the most general first; what a later one sets counts.
    package init(_ settings: [LockoutSettings?]) {
        for setting in settings.compactMap({ $0 }) {
            if let given = setting.threshold { threshold = given }
            if let given = setting.duration { duration = given }
            if let given = setting.counterReset { counterReset = given }
            if let given = setting.isDisabled { isDisabled = given }
        }
        // Zero failures would lock out everybody.
        if threshold < 1 { isDisabled = true }
    }
}
