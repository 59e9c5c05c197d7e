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

    /// Only where users log in with a name of their own.
    static func checkLockout(of entry: MountEntry) throws(EngineError) {
        guard entry.class == .auth else {
            throw .badRequest("'user_lockout_config' can only be modified on auth mounts")
        }
        guard LockoutSettings.methods.contains(entry.type) else {
            throw .badRequest("tuning of user lockout configuration for auth type \"\(entry.type)\" not allowed")
        }
        if let threshold = entry.configuration.userLockout.threshold, threshold < 1 {
            throw .badRequest("lockout_threshold must be at least 1; lockout_disable turns the lockout off")
        }
    }

    /// What is not named stays as it was.
    private static func tune(_ lockout: JSON, _ entry: inout MountEntry) throws {
        guard let settings = JSONObject(wire: lockout) else {
            throw FieldError(field: "user_lockout_config", expected: LockoutSettings.expectation)
        }
        try LockoutSettings.schema.merge(settings, into: &entry.configuration.userLockout)
        try checkLockout(of: entry)
    }

    /// Built-ins have one version; a pin to another would be a promise that nobody keeps.
    static func checkVersion(_ version: String, of kind: EngineKind) throws(EngineError) {
        guard version.isEmpty || version == kind.version else {
            throw .badRequest("no plugin \"\(kind.type)\" with this version; built in is \(kind.version)")
        }
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
