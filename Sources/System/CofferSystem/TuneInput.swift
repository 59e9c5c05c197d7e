internal import CofferFramework
internal import CofferJSON
internal import MountService

/// Tuning: the mount's settings, and two things that are not settings.
enum TuneInput {
    struct Extra: Sendable {
        var description: String?
        var options: [String: String]?

        static let schema = Schema<Extra>(
            { Extra() },
            [
                Field("description", \.description, "What the mount is for."),
                Field("options", \.options, "Options of the engine, such as version of kv."),
            ])
    }

    static let descriptors = MountConfiguration.schema.descriptors + Extra.schema.descriptors

    /// Only logins have a choice: what `auth/token` makes is said at each creation.
    static func checkTokenType(of entry: MountEntry) throws(EngineError) {
        let type = entry.configuration.tokenType
        guard ["", "default-service", "default-batch", "service", "batch"].contains(type) else {
            throw .badRequest("invalid value for 'token_type'")
        }
        if entry.class != .auth && !type.isEmpty {
            throw .badRequest("'token_type' can only be modified on auth mounts")
        }
        if entry.type == "token" && !type.isEmpty {
            throw .badRequest("'token_type' cannot be set for 'token' or 'ns_token' auth mounts")
        }
    }

    static func checkUserLockout(of entry: MountEntry) throws(EngineError) {
        if entry.configuration.userLockout == LockoutSettings() { return }
        guard entry.class == .auth, LockoutSettings.methods.contains(entry.type) else {
            throw .badRequest("tuning of user lockout configuration for auth type \"\(entry.type)\" not allowed")
        }
    }

    /// What is not named stays as it was.
    private static func tune(_ lockout: JSON, _ entry: inout MountEntry) throws {
        guard let settings = JSONObject(wire: lockout) else {
            throw FieldError(field: "user_lockout_config", expected: LockoutSettings.expectation)
        }
        try LockoutSettings.schema.merge(settings, into: &entry.configuration.userLockout)
        try checkUserLockout(of: entry)
    }

    /// Applies the fields that were given.
    static func apply(_ fields: JSONObject, to entry: inout MountEntry) throws {
        var fields = fields
        for name in ["default_lease_ttl", "max_lease_ttl"] {
            if fields[name]?.stringValue == "system" { fields[name] = 0 }
            // Empty stands for "as it was".
            if fields[name]?.stringValue == "" { fields[name] = nil }
        }
        if let lockout = fields["user_lockout_config"] {
            try tune(lockout, &entry)
            fields["user_lockout_config"] = nil
        }
        try MountConfiguration.schema.merge(fields, into: &entry.configuration)
        guard ["", "hidden", "unauth"].contains(entry.configuration.listingVisibility) else {
            throw EngineError.badRequest("invalid listing visibility type")
        }
        if fields["token_type"] != nil { try checkTokenType(of: entry) }
        let extra = try Extra.schema.decode(fields)
        if let description = extra.description { entry.description = description }
        if let options = extra.options { entry.options.merge(options) { _, given in given } }
    }
}
