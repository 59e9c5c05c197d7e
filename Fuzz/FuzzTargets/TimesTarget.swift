import CofferBase

extension FuzzTarget {
    /// What is read is written, and read again as the same.
    static let times = FuzzTarget("times") { input in
        let text = String(decoding: input, as: UTF8.self)
        if let time = Timestamp(rfc3339: text) {
            precondition(Timestamp(rfc3339: time.rfc3339) == time, "another time")
        }
        if let duration = GoDuration.parse(text) {
            precondition(GoDuration.parse(GoDuration.format(duration)) == duration, "another duration")
        }
        if let network = CIDR(text) {
            precondition(network.contains(network), "a network outside of itself")
            let address = String(text.prefix { $0 != "/" })
            precondition(network.contains(address), "a network without its own address")
        }
        if let schedule = try? CronSchedule(text) {
            for start in [0, 1_800_000_000, Int64.max / 1_000_000_000] as [Int64] { check(schedule, after: start) }
        }
    }

    /// The next time is later, of the schedule, and the first such.
    private static func check(_ schedule: CronSchedule, after start: Int64) {
        let time = Timestamp(seconds: start)
        guard let next = schedule.next(after: time) else { return }
        precondition(next > time, "no step forward")
        guard next.seconds < Int64.max / 1_000_000_000 - 60 else { return }
        let before = Timestamp(seconds: next.seconds - 1)
        precondition(schedule.next(after: before) == next, "a time that the schedule does not have")
        let middle = Timestamp(seconds: (start + next.seconds) / 2)
        if middle >= time && middle < next { precondition(schedule.next(after: middle) == next, "a time was left out") }
    }
}
