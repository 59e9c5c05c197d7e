internal import AuditService
internal import CofferCore
internal import CofferFramework
internal import CofferJSON

/// `sys/audit`: the audit devices.
struct AuditPaths {
    let core: Core

    struct Input: Sendable {
        var type = ""
        var description = ""
        var options: [String: String] = [:]
        var local = false

        static let schema = Schema<Input>(
            { Input() },
            [
                Field("type", \.type, "Type of the device: file, socket, syslog or http."),
                Field("description", \.description, "What the device is for."),
                Field("options", \.options, "Options of the device, such as file_path."),
                Field("local", \.local, "The device is not replicated."),
            ])
    }

    struct HashInput: Sendable {
        var input = ""

        static let schema = Schema<HashInput>(
            { HashInput() }, [Field("input", \.input, "Text to hash.").secret])
    }

    var paths: [Path] {
        [
            Path(
                "audit", "List the audit devices.",
                traits: .traits {
                    $0.sudo = [.read]
                    $0.isDoubled = true
                },
                [Verb(.read, "auditing-list-enabled-devices", "List the audit devices.") { _ in .data(try list()) }]),
            Path(
                "audit/*path", "Enable or disable an audit device.", captures: ["path": "The name of the device."],
                traits: .traits {
                    $0.sudo = [.update, .delete]
                    $0.isDoubled = true
                },
                [
                    Verb(.update, "auditing-enable-device", "Enable an audit device.", Input.schema) { call, input in
                        var entry = AuditDeviceEntry()
                        entry.path = Core.clean(call.capture("path") + "/")
                        entry.type = input.type
                        entry.description = input.description
                        entry.options = input.options
                        entry.isLocal = input.local
                        try await core.open().audit.enable(entry)
                        return .empty
                    },
                    Verb(.delete, "auditing-disable-device", "Disable an audit device.") { call in
                        _ = try await core.open().audit.disable(Core.clean(call.capture("path") + "/"))
                        return .empty
                    },
                ]),
            Path(
                "audit-hash/*path", "The hash that stands for a text in a device's lines.",
                captures: ["path": "The name of the device."], traits: .traits { $0.isDoubled = true },
                [
                    Verb(.update, "auditing-calculate-hash", "Hash a text as a device does.", HashInput.schema) {
                        call, input in
                        let path = Core.clean(call.capture("path") + "/")
                        guard let hash = try core.open().audit.hash(input.input, forDevice: path) else {
                            throw EngineError.badRequest("unknown audit backend \"\(Core.plain(path))\"")
                        }
                        return .data(["hash": .string(hash)])
                    }
                ]),
        ]
    }

    private func list() throws -> JSONObject {
        var object = JSONObject()
        for entry in try core.open().audit.entries {
            object[entry.path] = [
                "description": .string(entry.description), "local": .bool(entry.isLocal), "options": entry.options.wire,
                "path": .string(entry.path), "type": .string(entry.type),
            ]
        }
        return object
    }
}
