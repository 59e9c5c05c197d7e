internal import CofferBase
internal import CofferJSON
internal import HCL

/// `listener "tcp" { … }` and `listener "unix" { … }`.
enum ListenerStanza {
    struct Draft {
        var settings = ListenerSettings(address: .tcp(host: "127.0.0.1", port: 8200))
        var address = ""
        var disablesTLS = false
        var tls = ListenerSettings.TLS()
        var socketMode: UInt32 = 0o600
        var proxy = ProxyDraft()
        var warnings: [(text: String, position: HCLPosition)] = []
    }

    static func read(_ block: HCLBlock, _ reader: inout StanzaReader) throws(HCLError) -> ListenerSettings {
        var draft = Draft()
        defer { for (text, position) in draft.warnings { reader.warn(text, position) } }
        switch block.labels.first {
        case "tcp":
            try reader.read(block.body, into: &draft, settings: tcp, stanza: "listener")
            return try finishTCP(draft, block)
        case "unix":
            try reader.read(block.body, into: &draft, settings: unix, stanza: "listener")
            guard !draft.address.isEmpty else { throw HCLError("'address' must be set", at: block.position) }
            draft.settings.address = .unix(path: draft.address, mode: draft.socketMode)
            draft.settings.proxyProtocol = try draft.proxy.settings(isUnix: true)
            return draft.settings
        default: throw HCLError("unknown listener type; use \"tcp\" or \"unix\"", at: block.position)
        }
    }

    private static func finishTCP(_ draft: Draft, _ block: HCLBlock) throws(HCLError) -> ListenerSettings {
        var settings = draft.settings
        let address = draft.address.isEmpty ? "127.0.0.1:8200" : draft.address
        guard let (host, port) = HostPort.parse(address) else {
            throw HCLError("'address' must be HOST:PORT with literal values", at: block.position)
        }
        settings.address = .tcp(host: host, port: port)
        settings.proxyProtocol = try draft.proxy.settings(isUnix: false)
        if draft.disablesTLS { return settings }
        guard !draft.tls.certificateFile.isEmpty, !draft.tls.keyFile.isEmpty else {
            throw HCLError(
                "'tls_cert_file' and 'tls_key_file' must be set, or tls_disable = true", at: block.position)
        }
        if draft.tls.requiresClientCertificate {
            if draft.tls.ignoresClientCertificates {
                throw HCLError(
                    "'tls_disable_client_certs' and 'tls_require_and_verify_client_cert' exclude each other",
                    at: block.position)
            }
            if draft.tls.clientAuthoritiesFile.isEmpty {
                throw HCLError("client certificates are required: set 'tls_client_ca_file'", at: block.position)
            }
        }
        settings.tls = draft.tls
        return settings
    }

    private static let shared: [String: Setting<Draft>] = {
        var settings: [String: Setting<Draft>] = [
            "address": .take { (value, draft) throws(HCLError) in draft.address = try value.text() },
            "http_read_timeout": .take { (value, draft) throws(HCLError) in
                draft.settings.readTimeout = try value.duration()
            },
            "http_read_header_timeout": .take { (value, draft) throws(HCLError) in
                draft.settings.headerTimeout = try value.duration()
            },
            "http_idle_timeout": .take { (value, draft) throws(HCLError) in
                draft.settings.idleTimeout = try value.duration()
            },
            "max_request_size": .take { (value, draft) throws(HCLError) in
                draft.settings.maximumRequestSize = try size(value, or: 32 << 20)
            },
            "max_token_header_size": .take { (value, draft) throws(HCLError) in
                let size = try value.integer()
                draft.settings.maximumTokenHeaderSize = size < 0 ? nil : size == 0 ? 8192 : size
            },
            "max_json_depth": .take { (value, draft) throws(HCLError) in
                draft.settings.json.depth = try size(value, or: 500)
            },
            "max_json_string_value_length": .take { (value, draft) throws(HCLError) in
                draft.settings.json.stringBytes = try size(value, or: 1 << 20)
            },
            "max_json_object_entry_count": .take { (value, draft) throws(HCLError) in
                draft.settings.json.objectEntries = try size(value, or: 10_000)
            },
            "max_json_array_element_count": .take { (value, draft) throws(HCLError) in
                draft.settings.json.arrayElements = try size(value, or: 10_000)
            },
            "max_json_token": .take { (value, draft) throws(HCLError) in
                draft.settings.json.tokens = try size(value, or: 500_000)
            },
        ]
        settings.merge(answers) { _, new in new }
        settings.merge(proxy) { _, new in new }
        settings["telemetry"] = opening("metrics", "unauthenticated_metrics_access")
        settings["inflight_requests_logging"] = opening("in-flight-req", "unauthenticated_in_flight_requests_access")
        settings["profiling"] = opening("pprof", "unauthenticated_pprof_access")
        settings["cluster_address"] = .take { (value, draft) throws(HCLError) in
            draft.settings.clusterAddress = try value.text()
        }
        for name in ["http_write_timeout", "tls_disable_replication", "purpose"] {
            settings[name] = .ignored
        }
        for name in unsupported { settings[name] = .unsupported }
        for name in refused {
            settings[name] = .refused("this protection is not offered yet, and is not passed over in silence")
        }
        return settings
    }()

    /// A block whose one flag opens a read to callers without a token.
    private static func opening(_ name: String, _ flag: String) -> Setting<Draft> {
        .take { (value, draft) throws(HCLError) in
            for item in try value.block().items {
                guard item.name == flag else { throw HCLError("unknown key in this block", at: item.position) }
                let isOpen = try StanzaValue(value: item.value, position: item.position).flag()
                if isOpen { draft.settings.openings.insert(name) } else { draft.settings.openings.remove(name) }
            }
        }
    }

    private static let unsupported = [
        "disable_replication_status_endpoints", "tls_cipher_suites",
        "tls_max_version", "tls_prefer_server_cipher_suites",
    ]

    private static let refused = [
        "chroot_namespace", "x_forwarded_for_client_cert_header", "x_forwarded_for_client_cert_header_decoders",
        "metrics_only",
    ]

    /// Zero stands for the default, as in Vault.
    private static func size(_ value: StanzaValue, or standard: Int) throws(HCLError) -> Int {
        let size = try value.integer()
        guard size >= 0 else { throw HCLError("expected a size that is not negative", at: value.position) }
        return size == 0 ? standard : size
    }

    private static let tcp = shared.merging([
        "tls_disable": .take { (value, draft) throws(HCLError) in draft.disablesTLS = try value.flag() },
        "tls_cert_file": .take { (value, draft) throws(HCLError) in draft.tls.certificateFile = try value.text() },
        "tls_key_file": .take { (value, draft) throws(HCLError) in draft.tls.keyFile = try value.text() },
        "tls_min_version": .take { (value, draft) throws(HCLError) in
            let version = try value.text()
            guard version == "tls12" || version == "tls13" else {
                throw HCLError("tls_min_version must be \"tls12\" or \"tls13\"", at: value.position)
            }
            draft.tls.minimumVersion = version
        },
        "tls_client_ca_file": .take { (value, draft) throws(HCLError) in
            draft.tls.clientAuthoritiesFile = try value.text()
        },
        "tls_require_and_verify_client_cert": .take { (value, draft) throws(HCLError) in
            draft.tls.requiresClientCertificate = try value.flag()
        },
        "tls_disable_client_certs": .take { (value, draft) throws(HCLError) in
            draft.tls.ignoresClientCertificates = try value.flag()
        },
    ]) { _, new in new }

    private static let unix = shared.merging([
        "socket_mode": .take { (value, draft) throws(HCLError) in
            guard let mode = UInt32(try value.text(), radix: 8), mode <= 0o777 else {
                throw HCLError("socket_mode must be octal digits such as \"0660\"", at: value.position)
            }
            draft.socketMode = mode
        },
        "socket_user": .unsupported, "socket_group": .unsupported, "tls_disable": .ignored,
    ]) { _, new in new }
}

/// `host:port`, `[::1]:port` or `:port`.
package enum HostPort {
    package static func parse(_ text: String) -> (host: String, port: Int)? {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = String(text[..<colon])
        if host.hasPrefix("[") && host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            return nil
        }
        guard host.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || ".-:_%".contains($0)) }) else {
            return nil
        }
        return (host.isEmpty ? "0.0.0.0" : host, Int(port))
    }
}
