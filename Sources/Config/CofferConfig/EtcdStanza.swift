internal import HCL

/// The keys of `storage "etcd"`.
enum EtcdStanza {
    private struct Draft {
        var etcd = EtcdStorageSettings()
        var maximumEntrySize = 1 << 20
    }

    static func read(_ block: HCLBlock, _ reader: inout StanzaReader) throws(HCLError) -> StorageSettings {
        var draft = Draft()
        try reader.read(block.body, into: &draft, settings: settings, stanza: "storage")
        var storage = StorageSettings(kind: .etcd(draft.etcd))
        storage.maximumEntrySize = draft.maximumEntrySize
        return storage
    }

    private static let settings: [String: Setting<Draft>] = [
        "address": .take { (value, draft) throws(HCLError) in
            draft.etcd.addresses = EtcdStorageSettings.list(try value.text())
            if draft.etcd.addresses.isEmpty { throw HCLError("address must name a server", at: value.position) }
        },
        "path": .take { (value, draft) throws(HCLError) in draft.etcd.path = try value.text() },
        "ha_enabled": .take { (value, draft) throws(HCLError) in draft.etcd.isShared = try value.flag() },
        "sync": .take { (value, draft) throws(HCLError) in draft.etcd.synchronizes = try value.flag() },
        "username": .take { (value, draft) throws(HCLError) in draft.etcd.username = try value.text() },
        "password": .take { (value, draft) throws(HCLError) in draft.etcd.password = try value.text() },
        "tls_ca_file": .take { (value, draft) throws(HCLError) in draft.etcd.authorityFile = try value.text() },
        "tls_cert_file": .take { (value, draft) throws(HCLError) in draft.etcd.certificateFile = try value.text() },
        "tls_key_file": .take { (value, draft) throws(HCLError) in draft.etcd.keyFile = try value.text() },
        "tls_server_name": .take { (value, draft) throws(HCLError) in draft.etcd.serverName = try value.text() },
        "request_timeout": .take { (value, draft) throws(HCLError) in
            let time = try value.duration()
            guard time > .zero else { throw HCLError("request_timeout must be positive", at: value.position) }
            draft.etcd.requestTimeout = time
        },
        "etcd_api": .take { (value, draft) throws(HCLError) in
            guard ["v3", "3"].contains(try value.text()) else {
                throw HCLError("etcd_api must be v3: etcd itself no longer offers v2", at: value.position)
            }
        },
        "version_file": .take { (value, draft) throws(HCLError) in draft.etcd.versionFile = try value.text() },
        "max_entry_size": .take { (value, draft) throws(HCLError) in
            draft.maximumEntrySize = try StorageStanza.entrySize(value)
        },
        "lock_timeout": .ignored, "max_receive_size": .ignored,
        "discovery_srv": .refused("name the servers in address; DNS discovery is not offered"),
        "discovery_srv_name": .refused("name the servers in address; DNS discovery is not offered"),
    ]
}
