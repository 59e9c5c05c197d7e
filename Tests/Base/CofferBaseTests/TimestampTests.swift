import CofferBase
import Testing

@Suite struct TimestampTests {
    @Test(
        "moments are printed and read as RFC 3339",
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59.999999999Z"),
            (1_136_214_245_000_000_000, "2006-01-02T15:04:05Z"), (951_782_400_000_000_000, "2000-02-29T00:00:00Z"),
            (1_767_225_600_000_000_001, "2026-01-01T00:00:00.000000001Z"),
            (1_795_418_683_294_346_491, "2026-11-23T07:24:43.294346491Z"),
            (1_500_000_000_120_000_000, "2017-07-14T02:40:00.12Z"),
            (-2_208_988_800_000_000_000, "1900-01-01T00:00:00Z"),
            (4_107_542_400_000_000_000, "2100-03-01T00:00:00Z"),
        ])
    func bothWays(nanoseconds: Int64, text: String) {
        #expect(Timestamp(nanoseconds: nanoseconds).rfc3339 == text)
        #expect(Timestamp(rfc3339: text)?.nanoseconds == nanoseconds)
    }

    @Test("the ends of the range can be printed")
    func ends() {
        #expect(Timestamp(nanoseconds: .max).rfc3339 == "2262-04-11T23:47:16.854775807Z")
        #expect(Timestamp(nanoseconds: .min).rfc3339 == "1677-09-21T00:12:43.145224192Z")
    }

    @Test(
        "offsets, small letters, a blank for T and long fractions are understood",
        arguments: [
            ("2006-01-02T22:04:05+07:00", "2006-01-02T15:04:05Z"),
            ("2006-01-02T08:04:05-07:00", "2006-01-02T15:04:05Z"),
            ("2006-01-02t15:04:05z", "2006-01-02T15:04:05Z"), ("2006-01-02 15:04:05Z", "2006-01-02T15:04:05Z"),
            ("2006-01-02T15:04:05.123456789999Z", "2006-01-02T15:04:05.123456789Z"),
            ("2006-01-02T15:04:05.100Z", "2006-01-02T15:04:05.1Z"),
            ("2006-01-01T00:30:00+01:00", "2005-12-31T23:30:00Z"),
            ("2006-01-02T15:04:05-00:00", "2006-01-02T15:04:05Z"),
            ("2006-01-02T15:04:05+23:59", "2006-01-01T15:05:05Z"),
        ])
    func otherSpellings(text: String, canonical: String) {
        #expect(Timestamp(rfc3339: text)?.rfc3339 == canonical)
    }

    @Test(
        "what is no moment, or out of range, is refused",
        arguments: [
            "", "2006-01-02", "2006-01-02T15:04:05", "2006-13-02T15:04:05Z", "2006-00-02T15:04:05Z",
            "2006-01-00T15:04:05Z", "2006-01-32T15:04:05Z", "2023-02-29T00:00:00Z", "2024-02-30T00:00:00Z",
            "1900-02-29T00:00:00Z", "2006-04-31T00:00:00Z", "2006-01-02T24:00:00Z", "2006-01-02T15:60:05Z",
            "2006-01-02T15:04:60Z", "2006-01-02T15:04:05.Z", "2006-01-02T15:04:05+0700", "2006-01-02T15:04:05+24:00",
            "2006-01-02T15:04:05+07:60", "2006-01-02T15:04:05Zx", " 2006-01-02T15:04:05Z", "2006-1-2T15:04:05Z",
            "+2006-01-02T15:04:05Z", "0001-01-01T00:00:00Z", "1677-12-31T23:59:59Z", "2262-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z", "2006-01-02T15:04:05.5", "２006-01-02T15:04:05Z", "2006-01-02T15:04:0-Z",
        ])
    func refused(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test("every moment that is printed is read back as itself")
    func roundTrip() throws {
        let first = try #require(Timestamp(rfc3339: "1678-01-01T00:00:00Z")).nanoseconds
        let last = try #require(Timestamp(rfc3339: "2261-12-31T23:59:59.999999999Z")).nanoseconds
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<5_000 {
            let moment = Timestamp(nanoseconds: Int64.random(in: first...last, using: &generator))
            #expect(Timestamp(rfc3339: moment.rfc3339) == moment)
            let whole = Timestamp(seconds: moment.seconds)
            #expect(Timestamp(rfc3339: whole.rfc3339) == whole)
        }
    }

    @Test("each day of four centuries follows the one before")
    func calendar() throws {
        var day = try #require(Timestamp(rfc3339: "1800-01-01T00:00:00Z"))
        let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        for year in 1800..<2200 {
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            for (month, length) in lengths.enumerated() {
                for number in 1...(month == 1 && isLeap ? 29 : length) {
                    let expected = "\(year)-\(two(month + 1))-\(two(number))T00:00:00Z"
                    if day.rfc3339 != expected { Issue.record("\(day.rfc3339) is not \(expected)") }
                    day = day + .seconds(86_400)
                }
            }
        }
        #expect(day.rfc3339 == "2200-01-01T00:00:00Z")
    }

    private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    @Test("seconds are rounded down, before 1970 too")
    func seconds() {
        #expect(Timestamp(nanoseconds: 1_999_999_999).seconds == 1)
        #expect(Timestamp(nanoseconds: -1).seconds == -1)
        #expect(Timestamp(nanoseconds: -1_000_000_000).seconds == -1)
        #expect(Timestamp(seconds: -5).nanoseconds == -5_000_000_000)
    }

    @Test("sums and differences stop at the ends of the range")
    func saturation() {
        let (first, last) = (Timestamp(nanoseconds: .min), Timestamp(nanoseconds: .max))
        #expect(last + .nanoseconds(1) == last)
        #expect(first + .nanoseconds(-1) == first)
        #expect(Timestamp(nanoseconds: 0) + .seconds(Int64.max) == last)
        #expect(Timestamp(seconds: .max) == last)
        #expect(Timestamp(seconds: .min) == first)
        #expect(last - first == .nanoseconds(Int64.max))
        #expect(first - last == .nanoseconds(Int64.min))
        #expect(Timestamp(nanoseconds: 7) - Timestamp(nanoseconds: 5) == .nanoseconds(2))
        #expect(first < last)
    }

    @Test("a duration's whole nanoseconds and seconds")
    func durations() {
        #expect(Duration.seconds(Int64.max).wholeNanoseconds == .max)
        #expect(Duration.seconds(Int64.min).wholeNanoseconds == .min)
        #expect(Duration.milliseconds(-1500).wholeNanoseconds == -1_500_000_000)
        #expect(Duration.milliseconds(-1500).wholeSeconds == -1)
        #expect(Duration.milliseconds(1500).wholeSeconds == 1)
    }

    @Test("a time never set is printed as Go does")
    func unset() { #expect(Timestamp.unsetText == "0001-01-01T00:00:00Z") }
}
