internal import CofferBase
internal import CofferFramework
internal import CofferJSON

/// `delete_version_after`: how long a version can be read. Whole seconds; printed as Go prints durations.
///
/// Negative (always -1 s) switches the deletion off for the whole mount.
struct VersionLifetime: FieldValue, Equatable {
    let seconds: Int64

    static let none = VersionLifetime(seconds: 0)
    static var fieldType: FieldType { .signedDuration }
    static var expectation: String { "a duration such as 3600 or \"1h\"" }

    init(seconds: Int64) { self.seconds = max(seconds, -1) }

    init?(wire: JSON) {
        switch wire {
        case .number(let number):
            // What a Go duration can hold.
            guard let seconds = number.int, seconds <= 9_223_372_036 else { return nil }
            self.init(seconds: seconds)
        case .string(let text):
            guard let duration = text.isEmpty ? .zero : GoDuration.parse(text) else { return nil }
            // Minus half a second is still negative.
            self.init(seconds: duration < .zero ? -1 : duration.wholeSeconds)
        case .null: self = .none
        case .bool, .array, .object: return nil
        }
    }

    var wire: JSON { .string(GoDuration.format(.seconds(seconds))) }

    /// When a version made now ends: the shorter of the mount's and the secret's lifetime.
    static func deletion(at now: Timestamp, mount: VersionLifetime, secret: VersionLifetime) -> Timestamp? {
        if mount.seconds < 0 { return nil }
        let given = [mount.seconds, secret.seconds].filter { $0 > 0 }
        return given.min().map { now + .seconds($0) }
    }
}
