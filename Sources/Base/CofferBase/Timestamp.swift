/// A moment in UTC, in nanoseconds since 1970 (good until 2262).
package struct Timestamp: Hashable, Comparable, Sendable {
    package var nanoseconds: Int64

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
    /// Saturates at the ends of the range: seconds also come from tokens and requests.
    package init(seconds: Int64) { nanoseconds = Duration.seconds(seconds).wholeNanoseconds }

    /// Whole seconds since 1970, rounded down.
    package var seconds: Int64 { floorDivide(nanoseconds, 1_000_000_000).quotient }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.nanoseconds < right.nanoseconds }

    /// Saturates at the ends of the range: a TTL near the limit must not trap.
    package static func + (left: Timestamp, right: Duration) -> Timestamp {
        let (sum, overflow) = left.nanoseconds.addingReportingOverflow(right.wholeNanoseconds)
        return Timestamp(nanoseconds: overflow ? (right.wholeNanoseconds < 0 ? .min : .max) : sum)
    }

    package static func - (left: Timestamp, right: Timestamp) -> Duration {
        let (difference, overflow) = left.nanoseconds.subtractingReportingOverflow(right.nanoseconds)
        return .nanoseconds(overflow ? (left < right ? .min : .max) : difference)
    }

    /// RFC 3339 in UTC with up to nine fractional digits, trailing zeros dropped, as Go prints it.
    package var rfc3339: String {
        String(unsafeUninitializedCapacity: Self.rfc3339Limit, initializingUTF8With: writeRFC3339)
    }

    /// Room for the text of any moment, in bytes.
    package static let rfc3339Limit = 32

    /// The same text.
    /// - Parameter text: has room for `rfc3339Limit` bytes.
    /// - Returns: how many bytes it has.
    package func writeRFC3339(to text: UnsafeMutableBufferPointer<UInt8>) -> Int {
        let (whole, fraction) = floorDivide(nanoseconds, 1_000_000_000)
        let (days, inDay) = floorDivide(whole, 86400)
        let civil = CivilDate(daysSince1970: days)
        var writer = DigitWriter(text)
        writer.write(civil.year, digits: 4, then: "-")
        writer.write(civil.month, digits: 2, then: "-")
        writer.write(civil.day, digits: 2, then: "T")
        writer.write(inDay / 3600, digits: 2, then: ":")
        writer.write(inDay / 60 % 60, digits: 2, then: ":")
        writer.write(inDay % 60, digits: 2, then: fraction > 0 ? "." : "Z")
        if fraction > 0 {
            var (rest, digits) = (fraction, 9)
            while rest % 10 == 0 { (rest, digits) = (rest / 10, digits - 1) }
            writer.write(rest, digits: digits, then: "Z")
        }
        return writer.count
    }

    /// Reads RFC 3339 with any offset; nil when malformed or out of range.
    package init?(rfc3339 text: some StringProtocol) {
        var scanner = DigitScanner(Array(text.utf8))
        guard let year = scanner.number(digits: 4), scanner.skip("-"),
            let month = scanner.number(digits: 2), scanner.skip("-"),
            let day = scanner.number(digits: 2), scanner.skip("T") || scanner.skip("t") || scanner.skip(" "),
            let hour = scanner.number(digits: 2), scanner.skip(":"),
            let minute = scanner.number(digits: 2), scanner.skip(":"),
            let second = scanner.number(digits: 2),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 60,
            (1678...2261).contains(year)
        else { return nil }
        var fraction: Int64 = 0
        if scanner.skip(".") {
            guard let digits = scanner.fraction() else { return nil }
            fraction = digits
        }
        guard let offset = scanner.offset(), scanner.atEnd else { return nil }
        let days = CivilDate.days(year: year, month: month, day: day)
        guard CivilDate(daysSince1970: days).day == day else { return nil }
        let total = days * 86400 + hour * 3600 + minute * 60 + second - offset
        nanoseconds = total * 1_000_000_000 + fraction
    }

    /// What Go prints for a time that was never set.
    package static let unsetText = "0001-01-01T00:00:00Z"
}

extension Duration {
    /// Nanoseconds, saturating at the ends of Int64.
    package var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, carried) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
        return carried ? (seconds < 0 ? .min : .max) : sum
    }

    /// Whole seconds, towards zero.
    package var wholeSeconds: Int64 { components.seconds }
}

/// Division rounded down; the remainder is never negative.
private func floorDivide(_ value: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
}

/// Writes zero-padded numbers into memory of a string that is being made.
private struct DigitWriter {
    private let text: UnsafeMutableBufferPointer<UInt8>
    private(set) var count = 0

    init(_ text: UnsafeMutableBufferPointer<UInt8>) { self.text = text }

    mutating func write(_ number: Int64, digits: Int, then mark: Unicode.Scalar) {
        var rest = number
        for place in stride(from: count + digits - 1, through: count, by: -1) {
            text[place] = UInt8(48 + rest % 10)
            rest /= 10
        }
        text[count + digits] = UInt8(ascii: mark)
        count += digits + 1
    }
}

/// Days and dates of the proleptic Gregorian calendar (H. Hinnant, "chrono-compatible low-level date algorithms").
package struct CivilDate {
    package let daysSince1970: Int64
    package let year: Int64
    package let month: Int64
    package let day: Int64

    package init(daysSince1970 days: Int64) {
        daysSince1970 = days
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    package static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

private struct DigitScanner {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var atEnd: Bool { position == bytes.count }

    mutating func skip(_ character: Character) -> Bool {
        guard position < bytes.count, bytes[position] == character.asciiValue else { return false }
        position += 1
        return true
    }

    mutating func number(digits: Int) -> Int64? {
        guard position + digits <= bytes.count else { return nil }
        var value: Int64 = 0
        for byte in bytes[position..<position + digits] {
            guard (48...57).contains(byte) else { return nil }
            value = value * 10 + Int64(byte - 48)
        }
        position += digits
        return value
    }

    /// Digits after the point as nanoseconds; digits beyond the ninth are dropped.
    mutating func fraction() -> Int64? {
        var value: Int64 = 0
        var count = 0
        while position < bytes.count, (48...57).contains(bytes[position]) {
            if count < 9 { value = value * 10 + Int64(bytes[position] - 48) }
            count += 1
            position += 1
        }
        guard count > 0 else { return nil }
        for _ in 0..<max(0, 9 - count) { value *= 10 }
        return value
    }

    /// `Z` or `+hh:mm` as seconds east of UTC.
    mutating func offset() -> Int64? {
        if skip("Z") || skip("z") { return 0 }
        let sign: Int64
        if skip("+") { sign = 1 } else if skip("-") { sign = -1 } else { return nil }
        guard let hours = number(digits: 2), skip(":"), let minutes = number(digits: 2), hours < 24, minutes < 60
        else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }
}
