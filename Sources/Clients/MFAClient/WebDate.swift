internal import CofferBase

/// Times as web services want them.
enum WebDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// RFC 2822: `Tue, 21 Aug 2012 17:29:18 -0000`.
    static func text(_ time: Timestamp) -> String {
        let parts = Parts(time)
        let day = parts.date
        return "\(days[Int(parts.day % 7)]), \(two(day.day)) \(months[Int(day.month) - 1]) \(day.year) "
            + "\(parts.clock) -0000"
    }

    /// `2012-08-21 17:29:18.000`.
    static func plain(_ time: Timestamp) -> String {
        let parts = Parts(time)
        let milliseconds = String(1000 + parts.milliseconds).dropFirst()
        return "\(parts.date.year)-\(two(parts.date.month))-\(two(parts.date.day)) \(parts.clock).\(milliseconds)"
    }

    private struct Parts {
        let day: Int64
        let second: Int64
        let milliseconds: Int64

        /// Times before 1970 are shown as its beginning: no clock of a server is there.
        init(_ time: Timestamp) {
            let nanoseconds = max(time.nanoseconds, 0)
            day = nanoseconds / 86_400_000_000_000
            second = nanoseconds / 1_000_000_000 % 86_400
            milliseconds = nanoseconds / 1_000_000 % 1000
        }

        var date: CivilDate { CivilDate(daysSince1970: day) }
        var clock: String { "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))" }
    }

    private static func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
