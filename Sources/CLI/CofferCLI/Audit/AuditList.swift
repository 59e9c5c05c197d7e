internal import CofferClient
internal import CofferJSON
internal import GoFlags

extension AuditCommands {
    static let list = Command(
        name: "audit list", synopsis: "Lists enabled audit devices", arguments: "[options]",
        about: """
            Lists the audit devices.

                $ {name} audit list -detailed
            """,
        output: [.format],
        groups: [FlagGroup("Command Options", [Flag("detailed", .bool, "Show the options of each device, too.")])],
        count: .exactly(0),
        run: { call in
            let client = try call.client()
            let secret = try await explaining("Error listing audits") { () async throws(ClientError) in
                try await client.call(APIRequest(.get, "sys/audit")).secret()
            }
            let devices = (secret?.data ?? [:]).sortedByKey.members
            guard call.format == .table else { return try call.show(json(devices)) }
            if devices.isEmpty {
                call.say("No audit devices are enabled.")
                return 2
            }
            let detailed = call.flags.bool("detailed")
            call.say(
                TextTable.table(
                    header: ["Path", "Type", "Description"] + (detailed ? ["Replication", "Options"] : []),
                    rows: devices.map { row($0, detailed: detailed) }))
            return 0
        })

    private static func row(_ device: JSONObject.Member, detailed: Bool) -> [String] {
        let row = [device.key] + ["type", "description"].map { device.value[$0]?.stringValue ?? "" }
        if !detailed { return row }
        let options = device.value["options"]?.objectValue?.sortedByKey.members ?? []
        let local = device.value["local"]?.boolValue == true
        return row + [
            local ? "local" : "replicated",
            options.map { "\($0.key)=\(GoText.value($0.value))" }.joined(separator: " "),
        ]
    }

    private static func json(_ devices: [JSONObject.Member]) -> JSON {
        var result = JSONObject()
        for device in devices {
            var entry = JSONObject()
            for key in ["type", "description", "options", "local", "path"] {
                entry.append(key, (device.value[key] ?? .null).sortedDeeply)
            }
            result.append(device.key, .object(entry))
        }
        return .object(result)
    }
}
