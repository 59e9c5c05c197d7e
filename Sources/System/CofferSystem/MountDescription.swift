internal import CofferBase
internal import CofferFramework
internal import CofferJSON
internal import MountService

extension MountEntry {
    /// The entry as `sys/mounts` and `sys/auth` show it.
    func shown(version: String, isBuiltIn: Bool) -> JSONObject {
        var object: JSONObject = [
            "accessor": .string(accessor), "config": .object(shownConfiguration), "description": .string(description),
            "external_entropy_access": .bool(hasExternalEntropy), "local": .bool(isLocal),
            "options": options.isEmpty ? nil : options.wire,
            "plugin_version": .string(configuration.pluginVersion),
            "running_plugin_version": .string(version), "running_sha256": "", "seal_wrap": .bool(isSealWrapped),
            "type": .string(type), "uuid": .string(uuid),
        ]
        if !isBuiltIn { object["deprecation_status"] = "supported" }
        return object
    }

    /// TTLs as they were set (0 is the system's), and what else was tuned.
    private var shownConfiguration: JSONObject {
        var object: JSONObject = [
            "default_lease_ttl": configuration.defaultTTL.wire, "force_no_cache": .bool(configuration.forceNoCache),
            "max_lease_ttl": configuration.maximumTTL.wire,
        ]
        if self.class == .auth {
            object["token_type"] = .string(
                configuration.tokenType.isEmpty ? "default-service" : configuration.tokenType)
        }
        addTuned(to: &object)
        return object
    }

    /// The answer of a tune read: effective TTLs.
    func tuning(_ mount: MountReference) -> JSONObject {
        var object: JSONObject = [
            "default_lease_ttl": mount.defaultTTL.wire, "description": .string(description),
            "force_no_cache": .bool(configuration.forceNoCache), "max_lease_ttl": mount.maximumTTL.wire,
        ]
        if self.class == .auth {
            object["token_type"] = .string(
                configuration.tokenType.isEmpty ? "default-service" : configuration.tokenType)
        }
        if !options.isEmpty { object["options"] = options.wire }
        if hasExternalEntropy { object["external_entropy_access"] = true }
        if !configuration.pluginVersion.isEmpty { object["plugin_version"] = .string(configuration.pluginVersion) }
        addTuned(to: &object)
        return object
    }

    private func addTuned(to object: inout JSONObject) {
        for (name, list) in [
            ("audit_non_hmac_request_keys", configuration.auditNonHMACRequestKeys),
            ("audit_non_hmac_response_keys", configuration.auditNonHMACResponseKeys),
            ("passthrough_request_headers", configuration.passthroughRequestHeaders),
            ("allowed_response_headers", configuration.allowedResponseHeaders),
            ("allowed_managed_keys", configuration.allowedManagedKeys),
        ] where !list.isEmpty {
            object[name] = list.wire
        }
        if !configuration.listingVisibility.isEmpty {
            object["listing_visibility"] = .string(configuration.listingVisibility)
        }
        let lockout = configuration.userLockout
        if lockout != LockoutSettings() {
            object["user_lockout_counter_reset_duration"] = (lockout.counterReset ?? .zero).wire
            object["user_lockout_threshold"] = (lockout.threshold ?? 0).wire
            object["user_lockout_duration"] = (lockout.duration ?? .zero).wire
            object["user_lockout_disable"] = (lockout.isDisabled ?? false).wire
        }
        if configuration.trimRequestTrailingSlashes { object["trim_request_trailing_slashes"] = true }
        if !configuration.identityTokenKey.isEmpty {
            object["identity_token_key"] = .string(configuration.identityTokenKey)
        }
    }
}

/// Input of enabling a secrets engine or auth method.
struct EnableInput: Sendable {
    var type = ""
    var description = ""
    var configuration: JSONObject = [:]
    var options: [String: String] = [:]
    var local = false
    var sealWrap = false
    var externalEntropy = false
    var pluginName = ""
    var pluginVersion = ""

    static let schema = Schema<EnableInput>(
        { EnableInput() },
        [
            Field("type", \.type, "Type of the engine: kv, pki, userpass, …"),
            Field("description", \.description, "What the mount is for."),
            Field("config", \.configuration, "Settings, as for tune."),
            Field("options", \.options, "Options of the engine, such as version of kv."),
            Field("local", \.local, "The mount is not replicated."),
            Field("seal_wrap", \.sealWrap, "Wrap values with the seal; without effect."),
            Field("external_entropy_access", \.externalEntropy, "Give access to external entropy; without effect."),
            Field("plugin_name", \.pluginName, "Name of the plugin, instead of the type.").deprecated,
            Field("plugin_version", \.pluginVersion, "Version of the plugin; built-ins have one."),
        ])

    func entry(path: String, class mountClass: EngineKind.Class) throws -> MountEntry {
        var entry = MountEntry()
        entry.path = path
        entry.class = mountClass
        entry.type = type.isEmpty ? pluginName : type
        if entry.type == "kv-v2" {
            // Vault's shorthand for kv with version 2.
            entry.type = "kv"
            entry.options["version"] = "2"
        } else if entry.type == "kv-v1" {
            entry.type = "kv"
        }
        entry.description = description
        entry.options.merge(options) { _, given in given }
        if let version = configuration["options"].flatMap({ [String: String](wire: $0) }) {
            entry.options.merge(version) { _, given in given }
        }
        try MountConfiguration.schema.merge(configuration, into: &entry.configuration)
        if !pluginVersion.isEmpty { entry.configuration.pluginVersion = pluginVersion }
        try TuneInput.checkTokenType(of: entry)
        if entry.configuration.userLockout != LockoutSettings() { try TuneInput.checkLockout(of: entry) }
        entry.isLocal = local
        entry.isSealWrapped = sealWrap
        entry.hasExternalEntropy = externalEntropy
        return entry
    }
}
