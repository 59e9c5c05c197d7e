internal import CofferBase
internal import Synchronization

/// The value of the `Date` field (RFC 9110, 5.6.7), formatted once a second for all connections.
final class HTTPDate: Sendable {
    private struct Formatted {
        var second = Int64.min
        var text = ""
    }

    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private let clock: any WallClock
    private let formatted = Mutex(Formatted())

    init(clock: any WallClock) { self.clock = clock }

    func now() -> String {
        let time = clock.now
        return formatted.withLock { formatted in
            if formatted.second != time.seconds { formatted = Formatted(second: time.seconds, text: Self.text(time)) }
            return formatted.text
        }
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`
    static func text(_ time: Timestamp) -> String {
        // yyyy-mm-ddThh:mm:ss…
        let parts = Array(time.rfc3339.utf8)
        func field(_ range: Range<Int>) -> String { String(decoding: parts[range], as: UTF8.self) }
        let month = Int(field(5..<7)) ?? 1
        let day = Int((time.seconds / 86_400) % 7 + 7) % 7
        return "\(days[day]), \(field(8..<10)) \(months[(month - 1) % 12]) \(field(0..<4)) \(field(11..<19)) GMT"
    }
}
