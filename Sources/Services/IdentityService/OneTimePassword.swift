internal import CofferBase
internal import CofferCrypto
internal import CofferFramework

/// One entity's secret for a TOTP method (RFC 6238), with what keeps its codes from being tried or used again.
struct OneTimePassword: Sendable {
    enum Algorithm: String, Sendable {
        case sha1 = "SHA1"
        case sha256 = "SHA256"
        case sha512 = "SHA512"
    }

    /// Base32, as apps take it.
    var secret = ""
    var algorithm = Algorithm.sha1.rawValue
    var digits: Int64 = 6
    var period: Duration = .seconds(30)
    var skew: Int64 = 1
    /// The last period whose code was accepted: no code of it or of one before it is taken again, nor after a restart.
    var lastStep: Int64 = -1
    var failures: Int64 = 0
    var closedUntil: Int64 = 0

    enum Outcome: Sendable, Equatable { case accepted, refused, used, closed }

    /// Takes a code once. Attempts are counted whatever they look like.
    mutating func validate(_ code: String, maximumAttempts: Int64, at now: Timestamp) -> Outcome {
        if closedUntil > now.nanoseconds { return .closed }
        if failures >= maximumAttempts { failures = 0 }
        let bytes = Array(code.utf8)
        let step = now.seconds / max(period.wholeSeconds, 1)
        var isUsed = false
        if bytes.count == digits, bytes.allSatisfy({ (48...57).contains($0) }) {
            for candidate in (step - skew)...(step + skew) {
                guard let expected = text(of: candidate), constantTimeEqual(Array(expected.utf8), bytes) else {
                    continue
                }
                isUsed = candidate <= lastStep
                if isUsed { continue }
                lastStep = candidate
                failures = 0
                return .accepted
            }
        }
        failures += 1
        if failures >= maximumAttempts { closedUntil = (now + period * (2 + Int(skew))).nanoseconds }
        return isUsed ? .used : .refused
    }

    private func text(of step: Int64) -> String? {
        guard let kind = Algorithm(rawValue: algorithm), let key = Base32.decode(secret) else { return nil }
        return OneTimeCode(key: key, algorithm: kind.code, digits: Int(digits)).code(counter: step)
    }
}

extension OneTimePassword.Algorithm {
    fileprivate var code: OneTimeCode.Algorithm {
        switch self {
        case .sha1: .sha1
        case .sha256: .sha256
        case .sha512: .sha512
        }
    }
}

extension OneTimePassword: IdentityRecord {
    static let schema = Schema<OneTimePassword>(
        { OneTimePassword() },
        [
            Field("secret", \.secret, "Secret.").secret, Field("algorithm", \.algorithm, "Algorithm."),
            Field("digits", \.digits, "Digits."), Field("period", \.period, "Period."), Field("skew", \.skew, "Skew."),
            Field("last_step", \.lastStep, "Last period used."), Field("failures", \.failures, "Failures in a row."),
            Field("closed_until", \.closedUntil, "When it may be tried again."),
        ])
}
