internal import CofferBase
package import CofferJSON

/// When users are locked out, as one place says it: a stanza of the configuration, or the tuning of a mount.
///
/// Nil leaves it to the next place: mount, stanza of the method, stanza `all`, the defaults.
package struct LockoutSettings: Sendable, Equatable {
    package var threshold: Int64?
    package var duration: Duration?
    package var counterReset: Duration?
    package var isDisabled: Bool?

    package init() {}

    package static let schema = Schema<LockoutSettings>(
        { LockoutSettings() },
        [
            Field("lockout_threshold", \.threshold, "Wrong credentials in a row that lock a name out."),
            Field("lockout_duration", \.duration, "How long a name stays locked out."),
            Field(
                "lockout_counter_reset_duration", \.counterReset,
                "Time without an attempt after which counting starts over."),
            Field("lockout_disable", \.isDisabled, "Count nothing and lock nobody out."),
        ])

    /// Auth methods that lock out.
    package static let methods = ["userpass", "ldap", "approle"]
}

extension LockoutSettings: FieldValue {
    package static var fieldType: FieldType { .map }
    package static var expectation: String { "a map of lockout settings" }

    package init?(wire: JSON) {
        guard let object = JSONObject(wire: wire), let settings = try? Self.schema.decode(object) else { return nil }
        self = settings
    }

    /// What was set, and nothing else.
    package var wire: JSON {
        .object(JSONObject(uniqueMembers: Self.schema.encode(self).members.filter { $0.value != .null }))
    }
}
