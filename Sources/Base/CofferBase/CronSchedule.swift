/// A schedule as cron writes it, in UTC: minute, hour, day of the month, month, day of the week.
///
/// Lists, ranges, steps and English names as in cron; of the two kinds of days either one is enough when
/// both are restricted.
package struct CronSchedule: Sendable, Equatable {
    package struct Malformed: Error, Sendable, Equatable {
        package let reason: String
    }

    private let minutes, hours, days, months, weekdays: UInt64
    private let hasDays, hasWeekdays: Bool

    private static let shortcuts = [
        "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
        "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
    ]
    private static let monthNames = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]
    private static let dayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

    package init(_ text: String) throws(Malformed) {
        let fields = (Self.shortcuts[text] ?? text).split(separator: " ").map { $0.lowercased() }
        guard fields.count == 5 else { throw Malformed(reason: "a schedule has five fields") }
        minutes = try Self.set(fields[0], 0...59)
        hours = try Self.set(fields[1], 0...23)
        days = try Self.set(fields[2], 1...31)
        months = try Self.set(fields[3], 1...12, names: Self.monthNames)
        let weekdays = try Self.set(fields[4], 0...7, names: Self.dayNames)
        // Sunday is 0 and 7.
        self.weekdays = (weekdays | weekdays >> 7) & 0x7f
        hasDays = !fields[2].hasPrefix("*") && fields[2] != "?"
        hasWeekdays = !fields[4].hasPrefix("*") && fields[4] != "?"
    }

    /// The first time of the schedule after this one; nil when there is none within eight years (30 February).
    package func next(after time: Timestamp) -> Timestamp? {
        let minute = time.seconds / 60 + 1
        var day = minute / 1440
        var earliest = Int(minute % 1440)
        for _ in 0..<(366 * 8) {
            if isOn(day), let minute = firstMinute(from: earliest) {
                return Timestamp(seconds: (day * 1440 + Int64(minute)) * 60)
            }
            day += 1
            earliest = 0
        }
        return nil
    }

    private func isOn(_ day: Int64) -> Bool {
        let date = CivilDate(daysSince1970: day)
        guard months & 1 << UInt64(date.month) != 0 else { return false }
        let onDay = days & 1 << UInt64(date.day) != 0
        let onWeekday = weekdays & 1 << UInt64((day + 4) % 7) != 0
        return hasDays && hasWeekdays ? onDay || onWeekday : onDay && onWeekday
    }

    /// Of a day that the schedule is on.
    private func firstMinute(from earliest: Int) -> Int? {
        (earliest..<1440).first { hours & 1 << UInt64($0 / 60) != 0 && minutes & 1 << UInt64($0 % 60) != 0 }
    }

    private static func set(
        _ field: String, _ range: ClosedRange<Int>, names: [String] = []
    ) throws(Malformed) -> UInt64 {
        var set: UInt64 = 0
        for part in field.split(separator: ",", omittingEmptySubsequences: false) {
            let pieces = part.split(separator: "/", omittingEmptySubsequences: false)
            let step = pieces.count == 2 ? Int(pieces[1]) ?? 0 : 1
            guard pieces.count <= 2, step > 0, let span = span(pieces[0], range, names, isStepped: pieces.count == 2)
            else { throw Malformed(reason: "a field of the schedule cannot be read") }
            for value in stride(from: span.lowerBound, through: span.upperBound, by: step) {
                set |= 1 << UInt64(value)
            }
        }
        return set
    }

    private static func span(
        _ text: Substring, _ range: ClosedRange<Int>, _ names: [String], isStepped: Bool
    ) -> ClosedRange<Int>? {
        if text == "*" || text == "?" { return range }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { end -> Int? in
            if let place = names.firstIndex(of: String(end)) { return place + (range.lowerBound == 1 ? 1 : 0) }
            return Int(end)
        }
        guard (1...2).contains(ends.count), let first = ends[0], range.contains(first) else { return nil }
        if ends.count == 1 { return isStepped ? first...range.upperBound : first...first }
        guard let last = ends[1], range.contains(last), first <= last else { return nil }
        return first...last
    }
}
