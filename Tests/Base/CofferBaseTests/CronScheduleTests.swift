import CofferBase
import Testing

@Suite("Schedules as cron writes them")
struct CronScheduleTests {
    @Test(
        "the next time of a schedule",
        arguments: [
            ("0 0 * * *", "2026-01-01T12:00:00Z", "2026-01-02T00:00:00Z"),
            ("*/15 * * * *", "2026-01-01T12:14:59Z", "2026-01-01T12:15:00Z"),
            ("*/15 * * * *", "2026-01-01T12:15:00Z", "2026-01-01T12:30:00Z"),
            ("0 9-17/4 * * *", "2026-01-01T13:30:00Z", "2026-01-01T17:00:00Z"),
            ("0 0 * * SAT", "2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z"),
            ("0 0 * * 7", "2026-01-01T00:00:00Z", "2026-01-04T00:00:00Z"),
            ("0 0 29 2 *", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z"),
            ("30 8 1 jan,jul *", "2026-01-01T08:30:00Z", "2026-07-01T08:30:00Z"),
            // Both kinds of days restricted: either is enough.
            ("0 0 13 * FRI", "2026-02-07T00:00:00Z", "2026-02-13T00:00:00Z"),
            ("0 0 15 * FRI", "2026-02-13T00:00:00Z", "2026-02-15T00:00:00Z"),
            ("@weekly", "2026-01-01T00:00:00Z", "2026-01-04T00:00:00Z"),
            ("5 4 * * *", "2026-12-31T23:59:00Z", "2027-01-01T04:05:00Z"),
        ])
    func next(schedule: String, after: String, expected: String) throws {
        let time = try #require(Timestamp(rfc3339: after))
        #expect(try CronSchedule(schedule).next(after: time)?.rfc3339 == expected)
    }

    @Test("a day that never comes has no next time")
    func never() throws {
        #expect(try CronSchedule("0 0 30 2 *").next(after: Timestamp(seconds: 0)) == nil)
    }

    @Test(
        "what is no schedule is refused",
        arguments: [
            "", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8",
            "a * * * *",
            "1-0 * * * *", "*/0 * * * *", "1,,2 * * * *", "@never", "-1 * * * *", "1-2-3 * * * *", "*/x * * * *",
        ])
    func malformed(schedule: String) {
        #expect(throws: CronSchedule.Malformed.self) { try CronSchedule(schedule) }
    }
}
