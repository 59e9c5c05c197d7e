internal import CofferClient
internal import CofferJSON
internal import GoFlags

extension MountKind {
    func list(_ synopsis: String, about: String) -> Command {
        Command(
            name: family + " list", synopsis: synopsis, arguments: "[options]", about: about,
            output: [.format],
            groups: [FlagGroup("Command Options", [Flag("detailed", .bool, "Show the settings of each mount, too.")])],
            count: .exactly(0),
            run: { call in
                let client = try call.client()
                let failure = isAuth ? "Error listing enabled authentications" : "Error listing secrets engines"
                let secret = try await explaining(failure) { () async throws(ClientError) in
                    try await client.call(APIRequest(.get, path)).secret()
                }
                let mounts = (secret?.data ?? [:]).sortedByKey.members
                guard call.format == .table else { return try call.show(Self.json(mounts)) }
                let detailed = call.flags.bool("detailed")
                call.say(
                    TextTable.table(
                        header: detailed ? detailedHeader : simpleHeader,
                        rows: mounts.map { detailed ? detailedRow($0) : simpleRow($0) }))
                return 0
            })
    }

    private var simpleHeader: [String] {
        ["Path", "Type", "Accessor", "Description"] + (isAuth ? ["Version"] : [])
    }

    private func simpleRow(_ mount: JSONObject.Member) -> [String] {
        let keys = ["type", "accessor", "description"] + (isAuth ? ["plugin_version"] : [])
        return [mount.key] + keys.map { mount.value[$0]?.stringValue ?? "" }
    }

    private var detailedHeader: [String] {
        [
            "Path", "Plugin", "Accessor", "Default TTL", "Max TTL", isAuth ? "Token Type" : "Force No Cache",
            "Replication", "Seal Wrap", "External Entropy Access", "Options", "Description", "UUID", "Version",
            "Running Version", "Running SHA256", "Deprecation Status",
        ]
    }

    private func detailedRow(_ mount: JSONObject.Member) -> [String] {
        let value = mount.value
        func text(_ key: String) -> String { value[key]?.stringValue ?? "" }
        func flag(_ value: JSON?) -> String { value?.boolValue == true ? "true" : "false" }
        let type = text("type")
        let config = value["config"]
        let fifth = isAuth ? config?["token_type"]?.stringValue ?? "" : flag(config?["force_no_cache"])
        let ttls = ["default_lease_ttl", "max_lease_ttl"].map { Self.ttl(type, config?[$0]?.intValue ?? 0) }
        let local = value["local"]?.boolValue == true
        return [mount.key, type, text("accessor")] + ttls + [fifth, local ? "local" : "replicated"]
            + [flag(value["seal_wrap"]), flag(value["external_entropy_access"])]
            + [GoText.value(value["options"]?.objectValue.map { .object($0) } ?? .object([:])), text("description")]
            + ["uuid", "plugin_version", "running_plugin_version", "running_sha256", "deprecation_status"].map(text)
    }

    private static func ttl(_ type: String, _ seconds: Int64) -> String {
        if type == "system" || type == "cubbyhole" { return "" }
        return seconds == 0 ? "system" : String(seconds)
    }

    /// In the order in which the reference prints a mount.
    private static let keys = [
        "uuid", "type", "description", "accessor", "config", "options", "local", "seal_wrap", "external_entropy_access",
        "plugin_version", "running_plugin_version", "running_sha256", "deprecation_status",
    ]
    private static let configKeys = ["default_lease_ttl", "max_lease_ttl", "force_no_cache"]

    private static func json(_ mounts: [JSONObject.Member]) -> JSON {
        var result = JSONObject()
        for mount in mounts {
            var entry = JSONObject()
            for key in keys { entry.append(key, known(key, mount.value[key])) }
            result.append(mount.key, .object(entry))
        }
        return .object(result)
    }

    private static func known(_ key: String, _ value: JSON?) -> JSON {
        switch key {
        case "local", "seal_wrap", "external_entropy_access": return value ?? false
        case "options": return (value ?? .null).sortedDeeply
        case "config":
            let given = value?.objectValue ?? [:]
            var config = JSONObject()
            for key in configKeys { config.append(key, given[key] ?? (key == "force_no_cache" ? false : 0)) }
            for member in given.members where !configKeys.contains(member.key) { config[member.key] = member.value }
            return .object(config)
        default: return value ?? ""
        }
    }
}
