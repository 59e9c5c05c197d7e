internal import CofferBase
package import CofferFramework
package import CofferJSON

/// How users of a login mount are locked out after failed logins; what is nil is decided by the server.
package struct UserLockout: Sendable, Equatable {
    /// Failed logins that lock a user.
    package var threshold: Int64?
    /// How long a user stays locked.
    package var duration: Duration?
    /// After how long without an attempt failed logins are forgotten.
    package var counterReset: Duration?
    package var isDisabled: Bool?

    package init() {}

    /// Nothing was tuned.
    package var isUnset: Bool { self == UserLockout() }

    package static let schema = Schema<UserLockout>(
        { UserLockout() },
        [
            Field("lockout_threshold", \.threshold, "Failed logins that lock a user."),
            Field("lockout_duration", \.duration, "How long a user stays locked."),
            Field("lockout_counter_reset_duration", \.counterReset, "When failed logins are forgotten."),
            Field("lockout_disable", \.isDisabled, "Never lock users of this mount."),
        ])
}

extension UserLockout: FieldValue {
    package static var fieldType: FieldType { .map }
    package static var expectation: String { "a map" }

    package init?(wire: JSON) {
        guard let given = JSONObject(wire: wire) else { return nil }
        // Null is "not given", as in a stored record.
        let members = given.members.filter { !$0.value.isNull }
        guard let decoded = try? Self.schema.decode(JSONObject(uniqueMembers: members)) else { return nil }
        self = decoded
    }

    package var wire: JSON { .object(Self.schema.encode(self)) }

    /// What was given, over what was there.
    package func merged(with newer: UserLockout) -> UserLockout {
        var merged = self
        merged.threshold = newer.threshold ?? threshold
        merged.duration = newer.duration ?? duration
        merged.counterReset = newer.counterReset ?? counterReset
        merged.isDisabled = newer.isDisabled ?? isDisabled
        return merged
    }
}
