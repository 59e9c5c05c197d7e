package import CofferBase

/// The tokens that were made at one path within a quarter of a second, as far as they hold their own leases: their keys
/// begin alike, and so do the ids of their leases.
package struct TokenWindow: Hashable, Sendable {
    /// What the ids of their leases begin with, up to the last slash: `auth/approle/login`.
    package let home: String
    /// What their keys begin with, as a number of 48 bits: milliseconds since 1970, of which the last byte gives way to
    /// the number of the home among those of that quarter of a second.
    package let stamp: UInt64

    /// In the place of that number: a token in no window.
    static let apart: UInt64 = 255
    private static let digits = 12

    init(home: String, stamp: UInt64) {
        self.home = home
        self.stamp = stamp
    }

    /// As the calendar names it: the ids of all leases in it begin so. Nil when this is the id of a lease.
    package init?(id: String) {
        guard let (home, stamp) = Self.split(id[...]) else { return nil }
        self.init(home: home, stamp: stamp)
    }

    /// Nil when the id does not end in a key that tells a time.
    init?(ofLease id: String) {
        guard let key = LeaseID.timedKey(ofLease: id) else { return nil }
        guard let (home, stamp) = Self.split(Substring(id.utf8.dropLast(key.utf8.count - 1 - Self.digits))) else {
            return nil
        }
        self.init(home: home, stamp: stamp)
    }

    private static func split(_ id: Substring) -> (home: String, stamp: UInt64)? {
        let utf8 = id.utf8
        guard utf8.count > digits + 1 else { return nil }
        let start = utf8.index(utf8.endIndex, offsetBy: -digits - 1)
        let slash = utf8.index(before: start)
        guard utf8[slash] == UInt8(ascii: "/"), utf8[start] == UInt8(ascii: "h") else { return nil }
        var stamp: UInt64 = 0
        for digit in utf8[utf8.index(after: start)...] {
            guard let value = Hex.value(digit) else { return nil }
            stamp = stamp << 4 | UInt64(value)
        }
        return (String(id[..<slash]), stamp)
    }

    package var stem: String { Self.stem(stamp) }

    /// What keys of this stamp begin with: `h`, and twelve hexadecimal digits.
    static func stem(_ stamp: UInt64) -> String {
        String(unsafeUninitializedCapacity: stemLength) { text in
            if let start = text.baseAddress { writeStem(stamp, to: start) }
            return stemLength
        }
    }

    package static let stemLength = digits + 1

    /// - Parameter text: has room for `stemLength` bytes.
    package static func writeStem(_ stamp: UInt64, to text: UnsafeMutablePointer<UInt8>) {
        text.initialize(to: UInt8(ascii: "h"))
        for index in 0..<digits {
            let digit = UInt8(truncatingIfNeeded: stamp >> UInt64(4 * (digits - 1 - index))) & 15
            (text + 1 + index).initialize(to: Hex.digit(digit))
        }
    }

    package var id: String { home + "/" + stem }

    package func holds(_ lease: Lease) -> Bool { lease.isHeld && lease.id.hasPrefix(id) }

    /// The stamp of a token that is made now, and in no window.
    package static func stampApart(at now: Timestamp) -> UInt64 { moment(now) | apart }

    /// The quarter of a second as a stamp.
    static func moment(_ now: Timestamp) -> UInt64 { UInt64(clamping: now.nanoseconds / 1_000_000) & (1 << 47 - 256) }
}
