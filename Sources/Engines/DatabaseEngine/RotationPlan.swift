internal import CofferBase
internal import CofferFramework

/// When a password is due for a new one: after a period, or by a schedule within a window.
struct RotationPlan: Sendable, Equatable {
    /// Zero when there is a schedule, or no rotation at all.
    var period = Duration.zero
    /// As cron writes it, UTC; empty when there is a period.
    var schedule = ""
    /// How long after a scheduled time a rotation may still begin; zero means any time.
    var window = Duration.zero

    var isEmpty: Bool { period == .zero && schedule.isEmpty }

    /// Refuses what Vault refuses.
    func check() throws(EngineError) {
        if period > .zero && !schedule.isEmpty { throw DatabaseErrors.bothRotations }
        if window > .zero && schedule.isEmpty { throw DatabaseErrors.windowNeedsSchedule }
        if period > .zero && period < .seconds(5) { throw DatabaseErrors.shortPeriod }
        if window > .zero && window < .seconds(3600) { throw DatabaseErrors.shortWindow }
        if schedule.isEmpty { return }
        do {
            _ = try CronSchedule(schedule)
        } catch {
            throw DatabaseErrors.schedule(error.reason)
        }
    }

    /// The next time after one at which the password was new, or would have been; nil for never.
    func next(after time: Timestamp) -> Timestamp? {
        if period > .zero { return time + period }
        return (try? CronSchedule(schedule))?.next(after: time)
    }

    /// Whether a rotation that was due at `due` may begin at `now`.
    func allows(_ due: Timestamp, at now: Timestamp) -> Bool {
        due <= now && (window == .zero || now < due + window)
    }

    /// True when the window of a rotation that was due has passed.
    func hasMissed(_ due: Timestamp, at now: Timestamp) -> Bool { window > .zero && now >= due + window }
}
