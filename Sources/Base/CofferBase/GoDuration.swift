/// Durations as Go's `time.ParseDuration` and Vault's `parseutil` read them.
package enum GoDuration {
    /// `"1h30m"`, `"90s"`, `"1.5h"`, `"7d"`, `"3600"` (seconds); nil when malformed or out of range.
    package static func parse(_ text: some StringProtocol) -> Duration? {
        var bytes = Array(text.utf8)[...]
        while bytes.first == 32 { bytes.removeFirst() }
        while bytes.last == 32 { bytes.removeLast() }
        guard !bytes.isEmpty else { return nil }
        if let seconds = Int64(String(decoding: bytes, as: UTF8.self)) {
            return (-limitSeconds...limitSeconds).contains(seconds) ? .seconds(seconds) : nil
        }
        var negative = false
        if bytes.first == 45 || bytes.first == 43 { negative = bytes.removeFirst() == 45 }
        guard !bytes.isEmpty else { return nil }
        var total: UInt64 = 0
        while !bytes.isEmpty {
            guard let part = term(&bytes), part <= limit - total else { return nil }
            total += part
        }
        if negative { return .nanoseconds(Int64(truncatingIfNeeded: 0 &- total)) }
        return Int64(exactly: total).map { .nanoseconds($0) }
    }

    /// As Go's `Duration.String()` prints it: `1h30m0s`, `1.5s`, `0s`.
    package static func format(_ duration: Duration) -> String {
        let nanoseconds = duration.wholeNanoseconds
        if nanoseconds == 0 { return "0s" }
        let sign = nanoseconds < 0 ? "-" : ""
        let magnitude = nanoseconds.magnitude
        if magnitude < 1_000 { return "\(sign)\(magnitude)ns" }
        if magnitude < 1_000_000 { return sign + decimal(magnitude, unit: 1_000) + "µs" }
        if magnitude < 1_000_000_000 { return sign + decimal(magnitude, unit: 1_000_000) + "ms" }
        let seconds = magnitude / 1_000_000_000
        let rest = decimal(magnitude % 60_000_000_000, unit: 1_000_000_000) + "s"
        if seconds < 60 { return sign + rest }
        if seconds < 3600 { return "\(sign)\(seconds / 60)m\(rest)" }
        return "\(sign)\(seconds / 3600)h\(seconds / 60 % 60)m\(rest)"
    }

    private static let limitSeconds: Int64 = 9_223_372_036
    /// Nanoseconds in the longest negative duration.
    private static let limit: UInt64 = 1 << 63

    /// Reads one `<decimal><unit>` as nanoseconds, at most `limit`.
    private static func term(_ bytes: inout ArraySlice<UInt8>) -> UInt64? {
        let before = bytes.count
        let (whole, wholeIsExact, _) = digits(&bytes)
        guard wholeIsExact else { return nil }
        var fraction: UInt64 = 0
        var scale = 1.0
        var count = before - bytes.count
        if bytes.first == 46 {
            bytes.removeFirst()
            let beforeFraction = bytes.count
            (fraction, _, scale) = digits(&bytes)
            count += beforeFraction - bytes.count
        }
        guard count > 0, let unit = unit(&bytes), whole <= limit / unit else { return nil }
        // Go's arithmetic to the bit: the unit is divided first.
        let total = whole * unit + UInt64(Double(fraction) * (Double(unit) / scale))
        return total <= limit ? total : nil
    }

    /// Reads digits while they fit into 2^63; drops the others and says so.
    private static func digits(_ bytes: inout ArraySlice<UInt8>) -> (value: UInt64, isExact: Bool, scale: Double) {
        var value: UInt64 = 0
        var isExact = true
        var scale = 1.0
        while let byte = bytes.first, (48...57).contains(byte) {
            bytes.removeFirst()
            guard isExact, value <= limit / 10, value * 10 + UInt64(byte - 48) <= limit else {
                isExact = false
                continue
            }
            value = value * 10 + UInt64(byte - 48)
            scale *= 10
        }
        return (value, isExact, scale)
    }

    private static func unit(_ bytes: inout ArraySlice<UInt8>) -> UInt64? {
        let name = String(decoding: bytes.prefix { !(48...57).contains($0) && $0 != 46 }, as: UTF8.self)
        bytes.removeFirst(name.utf8.count)
        return switch name {
        case "ns": 1
        case "us", "µs", "μs": 1_000
        case "ms": 1_000_000
        case "s": 1_000_000_000
        case "m": 60_000_000_000
        case "h": 3_600_000_000_000
        case "d": 86_400_000_000_000
        default: nil
        }
    }

    private static func decimal(_ value: UInt64, unit: UInt64) -> String {
        let rest = value % unit
        if rest == 0 { return String(value / unit) }
        var digits = String(unit + rest).dropFirst()
        while digits.hasSuffix("0") { digits.removeLast() }
        return "\(value / unit).\(digits)"
    }
}
