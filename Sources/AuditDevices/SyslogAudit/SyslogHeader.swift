internal import CofferBase
internal import CofferFramework

/// What stands before each message, as local daemons expect it (RFC 3164): `<38>Jan  2 15:04:05 vault[1]: `.
struct SyslogHeader: Sendable {
    private let priority: Int
    private let tag: String

    private static let severity = 6
    /// RFC 3164, section 4.1.1; the names that Vault takes.
    private static let facilities = [
        "KERN", "USER", "MAIL", "DAEMON", "AUTH", "SYSLOG", "LPR", "NEWS", "UUCP", "CRON", "AUTHPRIV", "FTP",
    ]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    init(facility: String, tag: String, process: Int32) throws(EngineError) {
        guard let number = Self.number(of: facility.isEmpty ? "AUTH" : facility.uppercased()) else {
            throw .badRequest("facility must be a name of syslog such as AUTH or LOCAL0")
        }
        let tag = tag.isEmpty ? "vault" : tag
        // A tag with a line break or a colon would forge messages.
        guard tag.utf8.count <= 32, tag.utf8.allSatisfy(Self.isPlain) else {
            throw .badRequest("tag must be at most 32 letters, digits, dots, dashes or underscores")
        }
        priority = number * 8 + Self.severity
        self.tag = "\(tag)[\(process)]: "
    }

    private static func number(of facility: String) -> Int? {
        if let number = facilities.firstIndex(of: facility) { return number }
        guard facility.hasPrefix("LOCAL"), let local = Int(facility.dropFirst(5)), (0...7).contains(local) else {
            return nil
        }
        return 16 + local
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    /// The time is UTC, like all times of the server.
    func bytes(at now: Timestamp) -> [UInt8] {
        // 2026-01-02T15:04:05…
        let time = Array(now.rfc3339.utf8)
        let month = Self.months[Int(time[5] - 48) * 10 + Int(time[6] - 48) - 1]
        var bytes = Array("<\(priority)>\(month) ".utf8)
        bytes.append(time[8] == UInt8(ascii: "0") ? UInt8(ascii: " ") : time[8])
        bytes.append(time[9])
        bytes.append(UInt8(ascii: " "))
        bytes.append(contentsOf: time[11..<19])
        bytes.append(UInt8(ascii: " "))
        bytes.append(contentsOf: tag.utf8)
        return bytes
    }
}
