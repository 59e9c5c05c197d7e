internal import CofferBase
internal import CofferJSON

/// When the active key is replaced without anyone asking.
package struct RotationSettings: Sendable, Equatable {
    package var isEnabled = true
    /// 90 % of 2³², the bound of NIST SP 800-38D for random nonces under one key.
    package var maximumOperations: Int64 = 3_865_470_566
    /// Zero: never by age.
    package var interval: Duration = .zero

    package init() {}

    /// The bounds of the family: a million to 90 % of 2³² operations, no interval or at least a day.
    package var isValid: Bool {
        (1_000_000...3_865_470_566).contains(maximumOperations)
            && (interval == .zero || interval >= .seconds(86_400))
    }

    func encoded() -> JSONObject {
        [
            "Disabled": .bool(!isEnabled), "MaxOperations": .int(maximumOperations),
            "Interval": .int(interval.wholeNanoseconds),
        ]
    }

    /// A setting that is missing or out of range becomes its default: a damaged limit must not mean no limit.
    init(encoded object: JSONObject) {
        isEnabled = object["Disabled"]?.boolValue != true
        if let limit = object["MaxOperations"]?.intValue { maximumOperations = limit }
        if let nanoseconds = object["Interval"]?.intValue { interval = .nanoseconds(nanoseconds) }
        if isValid { return }
        maximumOperations = RotationSettings().maximumOperations
        interval = .zero
    }

    func isDue(_ key: KeyStatus, at time: Timestamp) -> Bool {
        guard isEnabled else { return false }
        if key.encryptions >= maximumOperations { return true }
        guard interval > .zero, let installed = Timestamp(rfc3339: key.installTime) else { return false }
        return time - installed >= interval
    }
}

/// The active key, as `sys/key-status` shows it.
package struct KeyStatus: Sendable, Equatable {
    package let term: UInt32
    /// RFC 3339.
    package let installTime: String
    /// Never less than what the key has really encrypted, and at most a thousand more after each start.
    package let encryptions: Int64
}
