package import CofferBase

/// Times as Go's layouts write them, from the reference time `Mon Jan 2 15:04:05 MST 2006`; always UTC.
package enum GoTimeLayout {
    /// Longer pieces stand before those that they begin with.
    private static let pieces: [(text: String, write: @Sendable (Fields) -> String)] = [
        ("2006", { padded($0.year, 4) }), ("January", { months[$0.month - 1] }),
        ("Jan", { String(months[$0.month - 1].prefix(3)) }), ("Monday", { days[$0.weekday] }),
        ("Mon", { String(days[$0.weekday].prefix(3)) }), ("MST", { _ in "UTC" }),
        ("Z07:00", { _ in "Z" }), ("-07:00", { _ in "+00:00" }), ("-0700", { _ in "+0000" }), ("-07", { _ in "+00" }),
        ("01", { padded($0.month, 2) }), ("02", { padded($0.day, 2) }), ("03", { padded($0.hour12, 2) }),
        ("04", { padded($0.minute, 2) }), ("05", { padded($0.second, 2) }), ("06", { padded($0.year % 100, 2) }),
        ("15", { padded($0.hour, 2) }), ("PM", { $0.hour < 12 ? "AM" : "PM" }),
        ("1", { String($0.month) }), ("2", { String($0.day) }), ("3", { String($0.hour12) }),
        ("4", { String($0.minute) }), ("5", { String($0.second) }),
    ]

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
    ]
    private static let days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

    private struct Fields {
        let year, month, day, weekday, hour, minute, second: Int
        var hour12: Int { hour % 12 == 0 ? 12 : hour % 12 }
    }

    package static func format(_ time: Timestamp, as layout: String) -> String {
        let fields = fields(time)
        var output = ""
        var rest = Substring(layout)
        while let first = rest.first {
            if let piece = pieces.first(where: { rest.hasPrefix($0.text) }) {
                output += piece.write(fields)
                rest.removeFirst(piece.text.count)
            } else {
                output.append(first)
                rest.removeFirst()
            }
        }
        return output
    }

    private static func fields(_ time: Timestamp) -> Fields {
        let days = time.seconds >= 0 ? time.seconds / 86400 : (time.seconds - 86399) / 86400
        let date = CivilDate(daysSince1970: days)
        let second = Int(time.seconds - days * 86400)
        return Fields(
            year: Int(date.year), month: Int(date.month), day: Int(date.day), weekday: Int(((days + 4) % 7 + 7) % 7),
            hour: second / 3600, minute: second / 60 % 60, second: second % 60)
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(width - digits.count, 0)) + digits
    }
}
