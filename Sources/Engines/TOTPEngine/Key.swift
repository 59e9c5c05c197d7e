internal import CofferBase
internal import CofferCrypto
internal import CofferFramework
internal import CofferJSON

/// A key as it is stored, with the codes that were used up.
struct Key: Sendable {
    /// Base 32.
    var key = ""
    var accountName = ""
    var issuer = ""
    var algorithm = OneTimeCode.Algorithm.sha1.rawValue
    var digits: Int64 = 6
    var period: Duration = .seconds(30)
    /// How many periods before and after the present one count too.
    var skew: Int64 = 1
    /// Periods whose codes were accepted, as far as they could still be asked for.
    var used: [Int64] = []

    static let schema = Schema<Key>(
        { Key() },
        [
            Field("account_name", \.accountName, "Account that the key is for."),
            Field("algorithm", \.algorithm, "Hash of the codes."), Field("digits", \.digits, "Digits of the codes."),
            Field("issuer", \.issuer, "Who issued the key."),
            Field("period", \.period, "How long a code is shown."), Field("key", \.key, "The key.").internal,
            Field("skew", \.skew, "Periods around the present one that count.").internal,
            Field("used", \.used, "Periods whose codes were used.").internal,
        ])

    private var oneTimeCode: OneTimeCode {
        OneTimeCode(
            key: Base32.decode(key) ?? [], algorithm: OneTimeCode.Algorithm(rawValue: algorithm) ?? .sha1,
            digits: digits == 8 ? 8 : 6)
    }

    private func step(at now: Timestamp) -> Int64 { now.seconds / max(period.wholeSeconds, 1) }

    func code(at now: Timestamp) -> String { oneTimeCode.code(counter: step(at: now)) }

    enum Verdict: Sendable { case valid, invalid, used }

    /// Checks a code and, when it is valid, marks it as used: each is good for one time (RFC 6238, 5.2).
    ///
    /// Only the digits themselves are a code. Whatever is trimmed or read leniently here would be a second
    /// spelling that nobody has used yet (CVE-2025-6014).
    mutating func accept(_ code: String, at now: Timestamp) -> Verdict {
        let given = Array(code.utf8)
        guard given.count == Int(digits), given.allSatisfy({ (48...57).contains($0) }) else { return .invalid }
        let present = step(at: now)
        let window = (present - skew)...(present + skew)
        let codes = oneTimeCode
        // All are compared, so that the time does not tell which one it was.
        let matches = window.filter { constantTimeEqual(Array(codes.code(counter: $0).utf8), given) }
        if matches.isEmpty { return .invalid }
        guard let fresh = matches.first(where: { !used.contains($0) }) else { return .used }
        used = used.filter { window.contains($0) } + [fresh]
        return .valid
    }
}
