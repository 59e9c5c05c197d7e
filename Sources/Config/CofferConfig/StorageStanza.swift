internal import HCL

/// `storage "TYPE" { … }`: every kind that keeps data on one machine is SQLite in the folder named.
enum StorageStanza {
    private struct Draft {
        var path = ""
        var maximumEntrySize = 1 << 20
        var postgres = PostgresStorageSettings()
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
        case "postgresql": settings = shared.merging(postgres) { _, new in new }
        case "etcd": return try EtcdStanza.read(block, &reader)
        case "":
            throw HCLError("storage needs a type: storage \"sqlite\" { path = \"…\" }", at: block.position)
        default:
            throw HCLError(
                "unknown storage type; this version offers sqlite, postgresql, etcd, file, raft and inmem",
                at: block.position)
        }
        try reader.read(block.body, into: &draft, settings: settings, stanza: "storage")
        if !["inmem", "postgresql"].contains(type) && draft.path.isEmpty {
            throw HCLError("'path' must be set", at: block.position)
        }
        var storage: StorageSettings
        switch type {
        case "inmem": storage = StorageSettings(kind: .memory)
        case "postgresql": storage = StorageSettings(kind: .postgresql(draft.postgres))
        default: storage = StorageSettings(kind: .sqlite(folder: draft.path))
        }
        storage.maximumEntrySize = draft.maximumEntrySize
        return storage
    }

    private static let common: [String: Setting<Draft>] = shared.merging([
        "path": .take { (value, draft) throws(HCLError) in draft.path = try value.text() }
    ]) { _, new in new }

    private static let postgres: [String: Setting<Draft>] = [
        "connection_url": .take { (value, draft) throws(HCLError) in
            draft.postgres.connectionURL = try value.text()
        },
        "table": .take { (value, draft) throws(HCLError) in draft.postgres.table = try value.text() },
        "ha_table": .take { (value, draft) throws(HCLError) in draft.postgres.leaderTable = try value.text() },
        "ha_enabled": .take { (value, draft) throws(HCLError) in draft.postgres.isShared = try value.flag() },
        "max_parallel": .take { (value, draft) throws(HCLError) in
            let count = try value.integer()
            guard count > 0 else { throw HCLError("max_parallel must be positive", at: value.position) }
            // Each is a thread that waits; more of them than this gain nothing.
            draft.postgres.parallelReads = min(count, 64)
        },
        "max_connect_retries": .take { (value, draft) throws(HCLError) in
            draft.postgres.connectRetries = max(try value.integer(), 0)
        },
        "skip_create_table": .take { (value, draft) throws(HCLError) in
            draft.postgres.createsTables = try !value.flag()
        },
        "allow_unsafe_server": .take { (value, draft) throws(HCLError) in
            draft.postgres.acceptsUnsafeServer = try value.flag()
        },
        "version_file": .take { (value, draft) throws(HCLError) in draft.postgres.versionFile = try value.text() },
        "max_idle_connections": .ignored,
        "auth_mode": .refused("only user names, passwords and certificates of connection_url are offered"),
    ]

    private static let shared: [String: Setting<Draft>] = [
        "max_entry_size": .take { (value, draft) throws(HCLError) in
            draft.maximumEntrySize = try entrySize(value)
        }
    ]

    static func entrySize(_ value: StanzaValue) throws(HCLError) -> Int {
        let size = try value.integer()
        guard size > 0 else { throw HCLError("max_entry_size must be positive", at: value.position) }
        return size
    }

    private static let raft: [String: Setting<Draft>] = [
        "retry_join": .refused("several raft nodes are not offered; each would keep data of its own"),
        "node_id": .ignored, "performance_multiplier": .ignored, "snapshot_threshold": .ignored,
        "snapshot_interval": .ignored, "trailing_logs": .ignored, "autopilot_reconcile_interval": .ignored,
    ]
}
