internal import CofferBase
internal import CofferJSON
internal import GoFlags

/// The settings of a mount as they are sent when it is enabled or tuned.
struct MountSettings: Sendable {
    var options: [(key: String, value: String)] = []
    private var fields: [JSONObject.Member] = []
    private var defaultTTL: Duration = .zero
    private var maxTTL: Duration = .zero
    /// Nil leaves it as it is.
    private var description: String?

    init(options: [(key: String, value: String)]) { self.options = options }

    /// The flags of `flags` below; lists and texts only where they are given.
    init(_ flags: ParsedFlags) {
        options = flags.pairs("options")
        let version = flags.int("version")
        if version > 0 {
            options.removeAll { $0.key == "version" }
            options.append(("version", String(version)))
        }
        defaultTTL = flags.duration("default-lease-ttl")
        maxTTL = flags.duration("max-lease-ttl")
        description = flags.isGiven("description") ? flags.string("description") : nil
        for name in Self.lists where flags.isGiven(name) { add(name, .strings(flags.strings(name))) }
        for name in Self.texts where flags.isGiven(name) { add(name, .string(flags.string(name))) }
        if flags.isGiven("trim-request-trailing-slashes") {
            add("trim-request-trailing-slashes", .bool(flags.bool("trim-request-trailing-slashes")))
        }
        let lockout = Self.lockout(flags)
        if !lockout.isEmpty { fields.append(.init(key: "user_lockout_config", value: .object(lockout))) }
    }

    private mutating func add(_ name: String, _ value: JSON) {
        fields.append(.init(key: name.split(separator: "-").joined(separator: "_"), value: value))
    }

    /// For enabling: durations are always sent.
    var config: JSONObject {
        var config: JSONObject = [
            "default_lease_ttl": .string(GoDuration.format(defaultTTL)),
            "max_lease_ttl": .string(GoDuration.format(maxTTL)),
        ]
        for field in fields { config[field.key] = field.value }
        return config
    }

    /// For tuning: empty is "as it was", `system` the server's own value.
    var tuning: JSON {
        var body: JSONObject = [
            "default_lease_ttl": .string(Self.tuned(defaultTTL)), "max_lease_ttl": .string(Self.tuned(maxTTL)),
        ]
        body["description"] = description.map { .string($0) }
        for field in fields { body[field.key] = field.value }
        if !options.isEmpty { body["options"] = optionsJSON }
        return .object(body)
    }

    var optionsJSON: JSON {
        if options.isEmpty { return .null }
        var object = JSONObject()
        for option in options { object[option.key] = .string(option.value) }
        return .object(object)
    }

    private static func tuned(_ duration: Duration) -> String {
        duration == .zero ? "" : duration < .zero ? "system" : GoDuration.format(duration)
    }

    private static func lockout(_ flags: ParsedFlags) -> JSONObject {
        var object = JSONObject()
        let prefix = "user-lockout-"
        if flags.isGiven(prefix + "threshold") {
            object["lockout_threshold"] = .string(String(flags.int(prefix + "threshold")))
        }
        if flags.isGiven(prefix + "duration") {
            object["lockout_duration"] = .string(tuned(flags.duration(prefix + "duration")))
        }
        if flags.isGiven(prefix + "counter-reset-duration") {
            let duration = flags.duration(prefix + "counter-reset-duration")
            object["lockout_counter_reset_duration"] = .string(tuned(duration))
        }
        if flags.isGiven(prefix + "disable") { object["lockout_disable"] = .bool(flags.bool(prefix + "disable")) }
        return object
    }

    private static let lists = [
        "audit-non-hmac-request-keys", "audit-non-hmac-response-keys", "passthrough-request-headers",
        "allowed-response-headers", "allowed-managed-keys",
    ]
    private static let texts = ["listing-visibility", "token-type", "plugin-version", "identity-token-key"]
}
