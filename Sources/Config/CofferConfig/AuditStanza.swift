internal import HCL

/// `audit "TYPE" "NAME" { description options { … } local }`.
enum AuditStanza {
    static func read(_ block: HCLBlock, _ reader: inout StanzaReader) throws(HCLError) -> DeclaredAuditDevice {
        // Without a name, the block inside would be taken for it.
        guard block.labels.count == 2, !block.labels[0].isEmpty, !["", "options"].contains(block.labels[1]) else {
            throw HCLError("expected audit \"TYPE\" \"NAME\" { … }", at: block.position)
        }
        var name = block.labels[1][...]
        while name.hasSuffix("/") { name.removeLast() }
        var device = DeclaredAuditDevice(type: block.labels[0], path: String(name))
        try reader.read(block.body, into: &device, settings: settings, stanza: "audit")
        return device
    }

    private static let settings: [String: Setting<DeclaredAuditDevice>] = [
        "description": .take { (value, device) throws(HCLError) in device.description = try value.text() },
        "local": .take { (value, device) throws(HCLError) in device.isLocal = try value.flag() },
        "path": .take { (value, device) throws(HCLError) in device.path = try value.text() },
        "options": .take { (value, device) throws(HCLError) in
            for item in try value.block().items {
                guard let text = item.value.scalarText else { throw HCLError("expected a string", at: item.position) }
                device.options[item.name] = text
            }
        },
    ]
}
