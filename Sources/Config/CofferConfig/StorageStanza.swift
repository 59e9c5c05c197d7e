internal import HCL

/// `storage "TYPE" { … }`: every kind that keeps data on one machine is SQLite in the folder named.
enum StorageStanza {
    private struct Draft {
        var path = ""
        var maximumEntrySize = 1 << 20
    }

    static func read(_ block: HCLBlock, _ reader: inout StanzaReader) throws(HCLError) -> StorageSettings {
        let type = block.labels.first ?? ""
        var draft = Draft()
        var settings = common
        switch type {
        case "sqlite", "file", "inmem": break
        case "raft":
            settings.merge(raft) { _, new in new }
            reader.warn(
                "storage \"raft\" is kept in SQLite on this single node; use storage \"sqlite\"", block.position)
        case "":
            throw HCLError("storage needs a type: storage \"sqlite\" { path = \"…\" }", at: block.position)
        default:
            throw HCLError("unknown storage type; this version offers sqlite, file, raft and inmem", at: block.position)
        }
        try reader.read(block.body, into: &draft, settings: settings, stanza: "storage")
        if type != "inmem" && draft.path.isEmpty { throw HCLError("'path' must be set", at: block.position) }
        var storage = StorageSettings(kind: type == "inmem" ? .memory : .sqlite(folder: draft.path))
        storage.maximumEntrySize = draft.maximumEntrySize
        return storage
    }

    private static let common: [String: Setting<Draft>] = [
        "path": .take { (value, draft) throws(HCLError) in draft.path = try value.text() },
        "max_entry_size": .take { (value, draft) throws(HCLError) in
            let size = try value.integer()
            guard size > 0 else { throw HCLError("max_entry_size must be positive", at: value.position) }
            draft.maximumEntrySize = size
        },
    ]

    private static let raft: [String: Setting<Draft>] = [
        "retry_join": .refused("several raft nodes are not offered; each would keep data of its own"),
        "node_id": .ignored, "performance_multiplier": .ignored, "snapshot_threshold": .ignored,
        "snapshot_interval": .ignored, "trailing_logs": .ignored, "autopilot_reconcile_interval": .ignored,
    ]
}
