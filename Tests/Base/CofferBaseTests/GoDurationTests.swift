import CofferBase
import Testing

/// Values from the tests of Go's `time` package, and of Vault's `parseutil` for days and plain seconds.
@Suite struct GoDurationTests {
    @Test(
        "durations are read as Go reads them",
        arguments: [
            ("0", 0), ("5s", 5_000_000_000), ("30s", 30_000_000_000), ("1478s", 1_478_000_000_000),
            ("-5s", -5_000_000_000), ("+5s", 5_000_000_000), ("-0", 0), ("+0", 0), ("5.0s", 5_000_000_000),
            ("5.6s", 5_600_000_000), ("5.s", 5_000_000_000), (".5s", 500_000_000), ("1.004s", 1_004_000_000),
            ("1.0040s", 1_004_000_000), ("100.00100s", 100_001_000_000), ("10ns", 10), ("11us", 11_000),
            ("12µs", 12_000), ("12μs", 12_000), ("13ms", 13_000_000), ("15m", 900_000_000_000),
            ("16h", 57_600_000_000_000), ("3h30m", 12_600_000_000_000), ("10.5s4m", 250_500_000_000),
            ("-2m3.4s", -123_400_000_000), ("1h2m3s4ms5us6ns", 3_723_004_005_006),
            ("39h9m14.425s", 140_954_425_000_000), ("52763797000ns", 52_763_797_000),
            ("0.3333333333333333333h", 1_200_000_000_000), ("9007199254740993ns", 9_007_199_254_740_993),
            ("9223372036854775807ns", Int64.max), ("9223372036854775.807us", Int64.max),
            ("9223372036s854ms775us807ns", Int64.max), ("-9223372036854775808ns", Int64.min),
            ("-9223372036854775.808us", Int64.min), ("-9223372036s854ms775us808ns", Int64.min),
            ("0.100000000000000000000h", 360_000_000_000), ("0.830103483285477580700h", 2_988_372_539_827),
        ])
    func parsing(text: String, nanoseconds: Int64) {
        #expect(GoDuration.parse(text) == .nanoseconds(nanoseconds))
    }

    @Test(
        "a bare number counts seconds, d is a day, and blanks around do not matter",
        arguments: [
            ("3600", 3600), ("-1", -1), ("1d", 86_400), ("30d", 2_592_000), ("1d12h", 129_600), (" 5s ", 5),
            ("9223372036", 9_223_372_036),
        ])
    func seconds(text: String, seconds: Int64) {
        #expect(GoDuration.parse(text) == .seconds(seconds))
    }

    @Test(
        "what is malformed or out of range is no duration",
        arguments: [
            "", " ", "-", "+", "s", ".", "-.", ".s", "+.s", "1.5", "1 s", "5s 3m", "1x", "1w", "1S", "--1s", "1h-1m",
            "s5", "0x10", "1e3s", "1,5s", "３s", "\u{85}", "3000000h", "9223372036854775808ns",
            "9223372036854775.808us", "9223372036854ms775us808ns", "-9223372036854775809ns", "9223372037",
            "-9223372037", "99999999999999999999", "106752d", "18446744073709551616ns",
        ])
    func refused(text: String) {
        #expect(GoDuration.parse(text) == nil)
    }

    @Test(
        "durations are printed as Go prints them",
        arguments: [
            (0, "0s"), (1, "1ns"), (1_100, "1.1µs"), (2_200_000, "2.2ms"), (3_300_000_000, "3.3s"),
            (245_000_000_000, "4m5s"), (245_001_000_000, "4m5.001s"), (18_367_001_000_000, "5h6m7.001s"),
            (480_000_000_001, "8m0.000000001s"), (Int64.max, "2562047h47m16.854775807s"),
            (Int64.min, "-2562047h47m16.854775808s"), (-1, "-1ns"), (3_600_000_000_000, "1h0m0s"),
            (60_000_000_000, "1m0s"), (999, "999ns"), (1_000, "1µs"), (2_764_800_000_000_000, "768h0m0s"),
        ])
    func formatting(nanoseconds: Int64, text: String) {
        #expect(GoDuration.format(.nanoseconds(nanoseconds)) == text)
    }

    @Test("what is printed is read back, for durations of every size")
    func roundTrip() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<5_000 {
            let nanoseconds = Int64(truncatingIfNeeded: generator.next()) >> Int64(generator.next() % 64)
            let duration = Duration.nanoseconds(nanoseconds)
            #expect(GoDuration.parse(GoDuration.format(duration)) == duration)
        }
    }
}
